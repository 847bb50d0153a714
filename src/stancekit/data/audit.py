"""`stancekit frame check`: what is wrong with labelled quotes, and what to do about it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from stancekit.data.quotes import SPLITS, read_quotes, unknown_values
from stancekit.errors import DataError
from stancekit.frames import Frame, load_frame
from stancekit.records import LabelledQuote

MAX_WORDS = 120  # a sentence beyond this is usually a paragraph that was not split
_NEAR = 0.8  # cosine of character n-grams
_SHORT = 6  # words; shorter fragments ("about time") recur in any two articles
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        level: ``error`` stops a training, ``warning`` does not.
        what: What was found.
        remedy: What to do about it.
        rows: File and line of the rows concerned.
    """

    level: Literal["error", "warning"]
    what: str
    remedy: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameReport:
    """What `check_frame` found.

    Attributes:
        frame: Name of the frame.
        rows: Number of labelled quotes.
        counts: Rows per split and stance.
        findings: Errors first.
        alpha: Krippendorff's alpha (nominal) between the two labels of each row, by task; empty
            where rows carry no second label.
    """

    frame: str
    rows: int
    counts: dict[str, dict[str, int]]
    findings: tuple[Finding, ...]
    alpha: dict[str, float]

    @property
    def ok(self) -> bool:
        """Whether a training may start."""
        return not any(finding.level == "error" for finding in self.findings)


def check_frame(frame: str | Path) -> FrameReport:
    """Check a frame folder and its labelled quotes.

    Args:
        frame: A frame folder, or the name of a shipped frame.

    Raises:
        FrameError: There is no such frame, or its `frame.toml` cannot be used.
        DataError: Its `quotes.jsonl` is missing or cannot be read at all.
    """
    loaded = load_frame(frame)
    path = loaded.quotes_path
    if path is None or not path.is_file():
        raise DataError(f"{path}: no labelled quotes there yet; write some, or add a draft with `stancekit frame add`")
    return check_quotes(read_quotes(path), loaded)


def check_quotes(rows: Sequence[LabelledQuote], frame: Frame) -> FrameReport:
    """Check labelled quotes against their frame and each other."""
    findings = sorted(_findings(rows, frame), key=lambda f: f.level)
    counts = {
        split: {label: sum(r.split == split and r.stance == label for r in rows) for label in frame.label_names}
        for split in SPLITS
    }
    return FrameReport(frame.name, len(rows), counts, tuple(findings), agreement(rows))


def _findings(rows: Sequence[LabelledQuote], frame: Frame) -> Iterator[Finding]:
    unknown = [problem for row in rows for problem in unknown_values(row, frame)]
    if unknown:
        yield Finding(
            "error",
            f"{len(unknown)} unknown labels",
            "mend them, or add the label to frame.toml",
            tuple(unknown),
        )
    yield from _counts(rows, frame)
    empty = [row.source or row.id for row in rows if not any(c.isalnum() for c in row.text)]
    if empty:
        yield Finding("error", f"{len(empty)} rows without words", "delete them", tuple(empty))
    long = [row.source or row.id for row in rows if len(row.text.split()) > MAX_WORDS]
    if long:
        yield Finding(
            "warning",
            f"{len(long)} rows of over {MAX_WORDS} words",
            "split them into sentences, a row each",
            tuple(long),
        )
    twice = [name for name, n in Counter(row.id for row in rows).items() if n > 1]
    if twice:
        yield Finding("error", f"{len(twice)} ids are used twice", "give every row its own id", tuple(twice))
    straddling: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.group:
            straddling[row.group].add(row.split)
    groups = tuple(group for group, splits in straddling.items() if len(splits) > 1)
    if groups:
        yield Finding(
            "error",
            f"{len(groups)} groups straddle splits, so that dev and test would look better than they are",
            "put all rows of a group into one split",
            groups,
        )
    yield from _repeats(rows)


def _counts(rows: Sequence[LabelledQuote], frame: Frame) -> Iterator[Finding]:
    if not rows:
        yield Finding("error", "there are no rows", "write labelled quotes into quotes.jsonl")
        return
    train = Counter(row.stance for row in rows if row.split == "train")
    for label in frame.label_names:
        if train[label] == 0:
            yield Finding(
                "error",
                f"no training row has the label {label!r}",
                "write some, or drop the label from frame.toml",
            )
        elif train[label] < 8:
            yield Finding(
                "warning",
                f"{label!r} has {train[label]} training rows",
                "8 a label is the least to learn from, 64 is a start",
            )
    present = {row.split for row in rows}
    if "dev" not in present:
        yield Finding(
            "warning",
            "there is no dev split",
            "train will set groups aside for it; mark some groups dev to choose them",
        )


def _repeats(rows: Sequence[LabelledQuote]) -> Iterator[Finding]:
    by_text: dict[str, list[LabelledQuote]] = defaultdict(list)
    for row in rows:
        by_text[" ".join(row.text.casefold().split())].append(row)
    same = [group for group in by_text.values() if len(group) > 1]
    clashing = tuple(_pair(group[0], group[1]) for group in same if len({row.stance for row in group}) > 1)
    if clashing:
        yield Finding(
            "warning",
            f"{len(clashing)} texts stand twice with different labels",
            "settle the label, unless their contexts differ",
            clashing,
        )
    straddling = tuple(
        _pair(group[0], next(row for row in group if row.split != group[0].split))
        for group in same
        if len({row.split for row in group}) > 1 and len(group[0].text.split()) >= _SHORT
    )
    if straddling:
        yield Finding("error", f"{len(straddling)} texts stand in two splits", "keep one of each", straddling)
    within = sum(len(group) - 1 for group in same)
    if within:
        yield Finding(
            "warning",
            f"{within} rows repeat another row's text",
            "keep one of each, or let them count double",
        )
    near = [(a, b) for a, b, _ in near_duplicates(rows) if a.split != b.split and a.text != b.text]
    if near:
        yield Finding(
            "error",
            f"{len(near)} pairs across splits are nearly the same text",
            "put both into one group, rewrite one or drop it",
            tuple(_pair(a, b) for a, b in near),
        )


def _pair(a: LabelledQuote, b: LabelledQuote) -> str:
    return f"{a.source or a.id} ({a.split}, {a.stance}) ~ {b.source or b.id} ({b.split}, {b.stance}): {a.text[:60]!r}"


def near_duplicates(
    rows: Sequence[LabelledQuote], threshold: float = _NEAR, *, others: Sequence[LabelledQuote] | None = None
) -> list[tuple[LabelledQuote, LabelledQuote, float]]:
    """Pairs of rows whose texts are nearly the same, by cosine over TF-IDF of character n-grams.

    Texts under six words are left out: short fragments are alike by nature. Memory stays bounded, since the
    comparison runs in blocks.

    Args:
        rows: Labelled quotes.
        threshold: Least similarity.
        others: Rows to pair ``rows`` with; by default each other.

    Returns:
        Pairs in order of the rows, with their similarity from ``threshold`` to 1.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    kept = [row for row in rows if len(row.text.split()) >= _SHORT]
    beside = kept if others is None else [row for row in others if len(row.text.split()) >= _SHORT]
    if not kept or not beside:
        return []
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 5), dtype=np.float32)
    columns = grams.fit_transform([row.text for row in beside])
    matrix = columns if others is None else grams.transform([row.text for row in kept])
    pairs = []
    for begin in range(0, len(kept), 1000):
        similar = (matrix[begin : begin + 1000] @ columns.T).tocoo()
        hits = similar.data >= threshold
        if others is None:  # each pair once
            hits &= similar.row + begin < similar.col
        for a, b, value in zip(similar.row[hits], similar.col[hits], similar.data[hits], strict=True):
            pairs.append((kept[a + begin], beside[b], float(value)))
    return pairs


def agreement(rows: Sequence[LabelledQuote]) -> dict[str, float]:
    """Krippendorff's alpha (nominal) between first and second labels, by task.

    Only rows with both labels count. Reference: Krippendorff, Content Analysis (2004), chapter 11.
    """
    import krippendorff

    alphas = {}
    for task in ("stance", "sentiment"):
        pairs = [(getattr(r, task), getattr(r, f"second_{task}")) for r in rows]
        pairs = [(a, b) for a, b in pairs if a is not None and b is not None]
        if len({label for pair in pairs for label in pair}) > 1:
            codes = {label: code for code, label in enumerate(sorted({label for pair in pairs for label in pair}))}
            data = [[codes[a] for a, _ in pairs], [codes[b] for _, b in pairs]]
            alphas[task] = float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))
    return alphas


def report_text(report: FrameReport) -> str:
    """The report as plain lines for a terminal or a log."""
    lines = [f"{report.frame}: {report.rows} labelled quotes"]
    labels = list(next(iter(report.counts.values())))
    width = max(9, *(len(label) + 2 for label in labels))
    lines.append(" " * 8 + "".join(f"{label:>{width}}" for label in labels))
    for split, counts in report.counts.items():
        lines.append(f"  {split:<6}" + "".join(f"{counts[label]:>{width}}" for label in labels))
    for task, alpha in report.alpha.items():
        lines.append(f"Krippendorff's alpha between first and second label, {task}: {alpha:.3f}")
    for finding in report.findings:
        lines.append(f"{finding.level}: {finding.what}\n  → {finding.remedy}")
        lines += [f"    {row}" for row in finding.rows[:_SHOWN]]
        if len(finding.rows) > _SHOWN:
            lines.append(f"    … and {len(finding.rows) - _SHOWN} more")
    if not report.findings:
        lines.append("nothing to mend")
    return "\n".join(lines)


def report_json(report: FrameReport) -> str:
    """The report as JSON."""
    from dataclasses import asdict

    data: dict[str, Any] = asdict(report)
    return json.dumps({**data, "ok": report.ok}, ensure_ascii=False)
