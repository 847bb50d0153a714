"""A check on real news: stance macro-F1 on sentences that name China, and false alarms where nothing does.

    python benchmarks/real_news.py --model us-china --data ../shared/benchmarks/polnear

`china_2016.jsonl` holds labels only, by article and offsets: every annotated content of 2015–16 news that names China
(marked or reported speech), labelled by two readers who did not see each other's labels. It is another era and
mostly campaign talk, so a check on gross mistakes, not the target. False alarms are counted over marked sentences of
four words or more in the dev articles that name neither China nor Beijing. Never train on any of it. The last line
is JSON.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score

import stancekit

LABELS = Path(__file__).with_name("china_2016.jsonl")


def articles(data: Path, split: str) -> dict[str, str]:
    """Text by document id."""
    rows = map(json.loads, (data / f"{split}.jsonl").read_text("utf-8").splitlines())
    return {row["doc_id"]: row["text"] for row in rows}


def elsewhere(data: Path) -> list[tuple[str, str]]:
    """Marked sentences of four words or more in quotes that do not name China, each with the rest of its quote."""
    return [
        (s.text, " ".join(o.text for o in q.sentences if o is not s))
        for text in articles(data, "dev").values()
        for q in stancekit.extract_quotes(text)
        for s in q.sentences
        if len(s.text.split()) >= 4 and not re.search(r"\bChin(a|ese)\b|Beijing", q.spoken)
    ]


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="us-china")
    parser.add_argument("--data", type=Path, default=Path("../shared/benchmarks/polnear"))
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        raise SystemExit(f"{arguments.data}: not there; this check needs the articles (see --data)")
    model = stancekit.load(arguments.model, device="cpu")
    names = list(model.frame.label_names)
    texts = articles(arguments.data, "train") | articles(arguments.data, "dev")
    rows = list(map(json.loads, LABELS.read_text("utf-8").splitlines()))
    agreed = [row for row in rows if row["stance"] == row["second_stance"]]
    given = [p.stance for p in model.predict([texts[r["doc_id"]][r["start"] : r["end"]] for r in agreed])]
    true = [row["stance"] for row in agreed]
    result: dict[str, object] = {"benchmark": "real_news", "rows": len(rows), "agreed": len(agreed)}
    for name, chosen in (
        ("all", range(len(agreed))),
        ("clear", [i for i, row in enumerate(agreed) if row["clear"]]),
        ("marked", [i for i, row in enumerate(agreed) if row["kind"] != "indirect"]),
    ):
        score = f1_score([true[i] for i in chosen], [given[i] for i in chosen], average="macro", labels=names)
        result[name] = round(100 * score, 1)
        print(f"macro-F1, {name} ({len(chosen)} sentences): {100 * score:.1f}")
    print(f"true ↓ given → {names}\n{confusion_matrix(true, given, labels=names)}")
    off_topic = elsewhere(arguments.data)
    alarms = {}
    for way, context in (("alone", None), ("in_context", [c for _, c in off_topic])):
        stances = [p.stance for p in model.predict([t for t, _ in off_topic], context=context)]
        alarms[way] = round(float(np.mean([s != model.frame.neither for s in stances])), 4)
        print(f"false alarms off topic, sentences {way}: {alarms[way]:.1%} of {len(off_topic)}")
    print(json.dumps(result | {"false_alarms": alarms}))


if __name__ == "__main__":
    main()
