"""How good and how fast the quotes room is, on real news and on text of any size.

    python benchmarks/quotes.py --data ../shared/benchmarks/polnear            # dev, all measures
    python benchmarks/quotes.py --split train --limit 150                      # while tuning
    python benchmarks/quotes.py --sample-resolutions resolutions.jsonl         # 200 cases for two readers
    python benchmarks/quotes.py --judged benchmarks/results/quotes_resolutions.jsonl

PolNeAR (Newell et al. 2018) is other people's data: it stays outside this repository, and only
numbers, document ids and offsets come out of this script. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from pathlib import Path
from typing import Any

from stancekit.quotes import extract_quotes
from stancekit.records import Quote

DEFAULT_DATA = Path(__file__).resolve().parents[2] / "shared" / "benchmarks" / "polnear"
_EDGE = " \t\r\n.,;:!?\"'“”‘’«»—–-…()[]\u00a0"
Range = tuple[int, int]


def load(data: Path, split: str) -> list[dict[str, Any]]:
    with (data / f"{split}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def marked_spans(text: str) -> list[Range]:
    """Spans between double marks, found without stancekit: pairs within a line, four words or more."""
    spans = []
    for line in re.finditer(r"[^\n]+", text):
        for found in re.finditer(r'[“"]([^“”"]+)[”"]', line.group()):
            if len(found.group(1).split()) >= 4:
                spans.append((line.start() + found.start(1), line.start() + found.end(1)))
    return spans


def trimmed(text: str, start: int, end: int) -> Range:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return start, end


def inside(text: str, span: Range, ranges: list[Range]) -> bool:
    a, b = trimmed(text, *span)
    return any(start <= a and b <= end for start, end in ranges)


def covering(text: str, span: Range, quotes: list[Quote]) -> Quote | None:
    a, b = trimmed(text, *span)
    for quote in quotes:
        if quote.start <= a and b <= quote.end and any(f.start <= a < f.end for f in quote.fragments):
            return quote
    return None


def overlap(a: Range, b: Range) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def marked_measures(rows: list[dict[str, Any]]) -> dict[str, float]:
    gold_spans = found = returned = returned_gold = all_spans = sourced = right = 0
    for row in rows:
        text = row["text"]
        quotes = extract_quotes(text)
        contents = [(q["start"], q["end"]) for q in row["quotes"]]
        for span in marked_spans(text):
            all_spans += 1
            quote = covering(text, span, quotes)
            in_gold = inside(text, span, contents)
            returned += quote is not None
            returned_gold += quote is not None and in_gold
            if not in_gold:
                continue
            gold_spans += 1
            found += quote is not None
            sources = [
                (q["speaker"]["start"], q["speaker"]["end"])
                for q in row["quotes"]
                if q["speaker"] and inside(text, span, [(q["start"], q["end"])])
            ]
            if sources:
                sourced += 1
                speaker = quote.speaker if quote else None
                right += speaker is not None and any(overlap((speaker.start, speaker.end), s) for s in sources)
    return {
        "marked_in_gold": gold_spans,
        "marked_found": found / max(1, gold_spans),
        "marked_precision": returned_gold / max(1, returned),
        "marked_precision_baseline": gold_spans / max(1, all_spans),
        "speaker_cases": sourced,
        "speaker_overlap": right / max(1, sourced),
    }


def our_contents(text: str) -> list[list[Range]]:
    contents = []
    for quote in extract_quotes(text, kinds=("speech", "partial", "reported")):
        fragments = [trimmed(text, f.start, f.end) for f in quote.fragments]
        contents.append([f for f in fragments if f[0] < f[1]])
    return contents


def f1(hits_ours: int, ours: int, hits_gold: int, gold: int) -> float:
    precision, recall = hits_ours / max(1, ours), hits_gold / max(1, gold)
    return 2 * precision * recall / max(1e-9, precision + recall)


def reported_measures(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Contents of all kinds: equal as sets of fragments, equal by fragment, and overlapping."""
    n = dict.fromkeys(
        [
            "exact",
            "ours",
            "gold",
            "fragments",
            "our_fragments",
            "gold_fragments",
            "overlap_ours",
            "overlap_gold",
        ],
        0,
    )
    for row in rows:
        text = row["text"]
        ours = our_contents(text)
        gold = [[trimmed(text, *f) for f in q["fragments"]] for q in row["quotes"]]
        gold = [[f for f in fragments if f[0] < f[1]] for fragments in gold]
        gold_sets = {tuple(g) for g in gold}
        n["ours"] += len(ours)
        n["gold"] += len(gold)
        n["exact"] += len({tuple(o) for o in ours} & gold_sets)
        ours_pieces = {f for o in ours for f in o}
        gold_pieces = {f for g in gold for f in g}
        n["our_fragments"] += len(ours_pieces)
        n["gold_fragments"] += len(gold_pieces)
        n["fragments"] += len(ours_pieces & gold_pieces)
        n["overlap_ours"] += sum(any(overlap(a, b) for a in o for g in gold for b in g) for o in ours)
        n["overlap_gold"] += sum(any(overlap(a, b) for a in g for o in ours for b in o) for g in gold)
    return {
        "contents_exact_f1": f1(n["exact"], n["ours"], n["exact"], n["gold"]),
        "contents_fragment_f1": f1(n["fragments"], n["our_fragments"], n["fragments"], n["gold_fragments"]),
        "contents_overlap_f1": f1(n["overlap_ours"], n["ours"], n["overlap_gold"], n["gold"]),
        "contents_overlap_precision": n["overlap_ours"] / max(1, n["ours"]),
        "contents_overlap_recall": n["overlap_gold"] / max(1, n["gold"]),
    }


def seconds(text: str, kinds: Any, repeats: int = 3) -> float:
    best = float("inf")
    for _ in range(repeats):
        begin = time.process_time()
        extract_quotes(text, kinds=kinds)
        best = min(best, time.process_time() - begin)
    return best


def speed_measures(texts: list[str]) -> dict[str, float]:
    """Throughput article by article; growth from 20 kB to 100 times as much; pages made of marks."""
    size = sum(len(text.encode()) for text in texts) / 1e6
    marked = sum(seconds(text, ("speech", "partial")) for text in texts)
    reported = sum(seconds(text, "all") for text in texts)
    one = "\n\n".join(texts)[:20_000]
    hundred = "\n\n".join([one] * 100)
    pages = ['"' * 1_000_000, "“" * 1_000_000, "“‘\"'«„" * 170_000, '" ' * 500_000, "“\n\n" * 300_000]
    dense = '“a ‘b\' "c" ' * 90_000
    return {
        "mb_per_s_marked": size / marked,
        "mb_per_s_reported": size / reported,
        "growth_100x_marked": seconds(hundred, ("speech", "partial"), 2) / seconds(one, ("speech", "partial"), 9),
        "growth_100x_reported": seconds(hundred, "all", 1) / seconds(one, "all", 9),
        "worst_megabyte_of_marks_s": max(seconds(page, ("speech", "partial"), 2) for page in pages),
        "megabyte_of_270000_quotes_s": seconds(dense, ("speech", "partial"), 2),
    }


def sample_resolutions(rows: list[dict[str, Any]], out: Path, count: int, seed: int, leave_out: Path | None) -> None:
    """Cases for two readers: quotes whose speaker is a pronoun or a nominal, and the name we gave."""
    cases = []
    seen: set[tuple[str, int]] = set()
    if leave_out:
        lines = leave_out.read_text(encoding="utf-8").splitlines()
        seen = {(case["doc_id"], case["start"]) for case in map(json.loads, lines)}
    for row in rows:
        for quote in extract_quotes(row["text"]):
            speaker = quote.speaker
            words = speaker.text.lower().split() if speaker else []
            pronoun = words in (["he"], ["she"], ["they"], ["it"])
            if speaker is not None and (pronoun or words[:1] == ["the"]):
                case = {
                    "doc_id": row["doc_id"],
                    "start": quote.start,
                    "end": quote.end,
                    "speaker_start": speaker.start,
                    "speaker_end": speaker.end,
                    "kind": "pronoun" if pronoun else "nominal",
                    "resolved": speaker.name,
                }
                cases.append(case | {"first": None, "second": None})
    cases = [case for case in cases if (case["doc_id"], case["start"]) not in seen]
    random.Random(seed).shuffle(cases)
    out.write_text("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases[:count]), encoding="utf-8")


def judged_measures(path: Path) -> dict[str, float]:
    """Shares of the judged sample that the readers called right, for pronouns and for all."""
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    twice = [case for case in cases if case["second"]]
    pronouns = [case for case in cases if case["kind"] == "pronoun"]
    result: dict[str, float] = {
        "resolutions_judged": len(cases),
        "resolutions_judged_twice": len(twice),
        "resolution_right": share([case["first"] == "right" for case in cases]),
        "resolution_right_pronouns": share([case["first"] == "right" for case in pronouns]),
    }
    if twice:
        result["resolution_right_both"] = share([case["first"] == case["second"] == "right" for case in twice])
        result["verdicts_agree"] = share([case["first"] == case["second"] for case in twice])
    return result


def share(hits: list[bool]) -> float:
    """The share of hits; 0 of nothing."""
    return sum(hits) / max(1, len(hits))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of polnear")
    parser.add_argument("--split", choices=("train", "dev"), default="dev")
    parser.add_argument("--limit", type=int, help="a sample of so many articles")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--sample-resolutions", type=Path, metavar="OUT", help="write 200 cases and stop")
    parser.add_argument("--leave-out", type=Path, help="cases looked at while tuning: not drawn")
    parser.add_argument("--judged", type=Path, help="sampled cases with first and second (reader): right or wrong")
    args = parser.parse_args()

    if not (args.data / f"{args.split}.jsonl").is_file():
        print(f"polnear is absent: no {args.split}.jsonl in {args.data}. Pass its folder with --data.")
        print(json.dumps({"benchmark": "quotes", "data": "absent"}))
        return 0
    if args.sample_resolutions:
        sample_resolutions(load(args.data, "train"), args.sample_resolutions, 200, args.seed, args.leave_out)
        return 0
    rows = load(args.data, args.split)
    if args.limit:
        rows = random.Random(args.seed).sample(rows, args.limit)
    result: dict[str, Any] = marked_measures(rows) | reported_measures(rows)
    if not args.no_speed:
        result |= speed_measures([row["text"] for row in rows[:84]])
    if args.judged:
        result |= judged_measures(args.judged)
    print(f"quotes on polnear {args.split}, {len(rows)} articles")
    for name, value in result.items():
        print(f"  {name:32} {value:10.3f}" if isinstance(value, float) else f"  {name:32} {value:10d}")
    print(json.dumps({"benchmark": "quotes", "split": args.split, "articles": len(rows)} | result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
