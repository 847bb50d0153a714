"""How like real quotes the us-china corpus is: shape of its sentences beside marked quotes of real news.

    python benchmarks/corpus.py --data ../shared/benchmarks/polnear

Counts only; no text of the real articles is printed or kept. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

import stancekit
from stancekit.data import check_quotes, read_quotes
from stancekit.frames import load_frame
from stancekit.records import LabelledQuote

_CHINA = re.compile(r"\bChin(a|ese)\b|Beijing|\bPRC\b")
_US = re.compile(r"United States|\bAmerica|Washington|\bU\.?S\.?\b|Biden|Trump")
TRAITS: dict[str, Callable[[str], bool]] = {
    "begins in lower case": lambda text: text[:1].islower(),
    "ends in a comma": lambda text: text.rstrip().endswith(","),
    "ends in a question mark": lambda text: text.rstrip().endswith("?"),
    "square-bracket insertion": lambda text: "[" in text,
    "ellipsis": lambda text: "…" in text or "..." in text,
    "a digit": lambda text: any(c.isdigit() for c in text),
    "first person": lambda text: bool(re.search(r"\b(I|we|We|my|our|Our|us|me|My)\b", text)),
    "contraction": lambda text: bool(re.search(r"\w['’](s|t|re|ll|ve|d|m)\b", text)),
}


def real_sentences(data: Path) -> list[str]:
    """Sentences of marked quotes of two words or more in the training articles."""
    out = []
    for line in (data / "train.jsonl").read_text("utf-8").splitlines():
        for quote in stancekit.extract_quotes(json.loads(line)["text"]):
            out += [s.text for s in quote.sentences if len(s.text.split()) > 1]
    return out


def shape(texts: Sequence[str]) -> dict[str, float]:
    """Length quantiles in words, and shares of traits."""
    words = [len(text.split()) for text in texts]
    lengths = {f"words, {q} % quantile": float(np.quantile(words, q / 100)) for q in (10, 25, 50, 75, 90)}
    return lengths | {name: float(np.mean([has(text) for text in texts])) for name, has in TRAITS.items()}


def frames_of_words(rows: Sequence[LabelledQuote], size: int = 5) -> list[tuple[str, int]]:
    """The most repeated runs of five words, each counted once a row."""
    counts: Counter[str] = Counter()
    for row in rows:
        words = re.findall(r"[\w'’-]+", row.text.lower())
        counts.update({" ".join(words[i : i + size]) for i in range(len(words) - size + 1)})
    return counts.most_common(10)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/benchmarks/polnear"))
    arguments = parser.parse_args()
    frame = load_frame("us-china")
    rows = read_quotes(frame.quotes_path or "", frame)
    report = check_quotes(rows, frame)
    ours = shape([row.text for row in rows])
    real = shape(real_sentences(arguments.data)) if arguments.data.is_dir() else {}
    if not real:
        print(f"{arguments.data}: not there; showing the corpus alone")
    print(f"| {len(rows)} sentences | corpus | real news |\n| --- | --- | --- |")
    for name, value in ours.items():
        cells = [f"{v:.0f}" if "words" in name else f"{v:.1%}" for v in (value, real[name])[: 2 if real else 1]]
        print(f"| {name} | {' | '.join(cells)} |")
    print("\n| split | " + " | ".join(frame.label_names) + " |\n| --- |" + " --- |" * len(frame.labels))
    for split, counts in report.counts.items():
        print(f"| {split} | " + " | ".join(str(counts[label]) for label in frame.label_names) + " |")
    print(
        "\n| names | sentences | " + " | ".join(frame.label_names) + " |\n| --- | --- |" + " --- |" * len(frame.labels)
    )
    for name, test in (
        ("China", lambda t: _CHINA.search(t) and not _US.search(t)),
        ("the US", lambda t: _US.search(t) and not _CHINA.search(t)),
        ("both", lambda t: _US.search(t) and _CHINA.search(t)),
        ("neither side", lambda t: not _US.search(t) and not _CHINA.search(t)),
    ):
        chosen = [row for row in rows if test(row.text)]
        shares = [np.mean([row.stance == label for row in chosen]) for label in frame.label_names]
        print(f"| {name} | {len(chosen)} | " + " | ".join(f"{share:.0%}" for share in shares) + " |")
    writers = Counter(row.written_by for row in rows)
    hard = Counter(row.hard for row in rows if row.hard)
    print(f"\nwriters: {', '.join(f'{w} {n}' for w, n in sorted(writers.items()))}")
    tags = ", ".join(f"{tag} {count}" for tag, count in hard.most_common())
    print(f"hard on purpose: {sum(hard.values()) / len(rows):.0%} ({tags})")
    print(f"alpha: {report.alpha}")
    print(f"groups: {len({row.group for row in rows})}; most repeated five words: {frames_of_words(rows)}")
    print(json.dumps({"benchmark": "corpus", "rows": len(rows), "ours": ours, "real": real, "alpha": report.alpha}))


if __name__ == "__main__":
    main()
