"""`report`: a labelled corpus in numbers one can publish, or be warned not to."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stancekit.corpus.changes import Changes, find_changes
from stancekit.corpus.labels import Array, Coded, Labels, open_labels
from stancekit.corpus.periods import by_period, choose_period, days_of
from stancekit.corpus.quotations import TellingQuote, telling_quotes
from stancekit.data.quotes import read_records
from stancekit.errors import DataError, OptionError
from stancekit.evaluation.powered import Sample, plan
from stancekit.evaluation.prevalence import Group, Share, estimate_groups, row_weight

MOST = 10  # values of a column that get a group of their own
OTHER, EMPTY = "(other)", "(none)"
ROLE = "role (head word)"
_ROLE_ENDS = re.compile(r"[,;:(/]|\s(?:of|at|for|in|from|with|to|on|and|who|which|that|by|under|near)\s")
_WIDTHS = (0.05, 0.03)


@dataclass(frozen=True, slots=True)
class Cut:
    """The shares by the values of one column, or by period.

    Attributes:
        column: Its name, ``date:month`` for periods.
        groups: By size, the last ones ``(other)`` and ``(none)``; periods in order.
        numbers: Of periods: those that follow each other differ by 1. Empty for a column.
        left_out: Rows that are in no group, because they have no date.
    """

    column: str
    groups: tuple[Group, ...]
    numbers: tuple[int, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """What `report` gives. `to_html` is the page, `str` the tables for a terminal.

    Attributes:
        labels: The folder.
        model: That labelled it.
        model_sha256: Its hash.
        version: Of the stancekit that labelled it.
        started: When labelling began, in UTC.
        finished: When it was complete.
        files: Read; standard input is one.
        articles: Read, those with errors among them.
        errors: Articles that could not be read.
        quotes: Found.
        sentences: Labelled: the number of rows, each of which counts once in every share.
        no_speaker: Of these, without a speaker.
        stances: In the frame's order.
        neither: The one that takes no side, or None.
        sample: The file of rows labelled by hand, or None; without it there are only raw counts.
        overall: The shares in the whole corpus.
        over_time: By period, or None where there is no date.
        cuts: By each column asked for, and by the head word of the speaker's role.
        telling: Sentences that the model is surest of, from different speakers, articles and sources.
        changes: Who changed between the two halves of the corpus.
        to_label: Rows to label by hand for intervals of ± 5 and ± 3 points, as far as there are that many.
    """

    labels: str
    model: str
    model_sha256: str
    version: str
    started: str
    finished: str
    files: int
    articles: int
    errors: int
    quotes: int
    sentences: int
    no_speaker: int
    stances: tuple[str, ...]
    neither: str | None
    sample: str | None
    overall: Group | None
    over_time: Cut | None
    cuts: tuple[Cut, ...]
    telling: tuple[TellingQuote, ...]
    changes: Changes
    to_label: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return asdict(self)

    def to_json(self) -> str:
        """The report as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def to_html(self) -> str:
        """The report as one self-contained HTML page with its figures.

        Raises:
            MissingExtraError: The extra `report` is not installed.
        """
        from stancekit.render import corpus_page

        return corpus_page(self)

    def save_figures(self, folder: str | Path) -> list[Path]:
        """Write each figure as .png and .svg into a folder, made if need be; gives their paths.

        Raises:
            MissingExtraError: The extra `report` is not installed.
            DataError: The folder cannot be written.
        """
        from stancekit.render import save_corpus_figures

        return save_corpus_figures(self, folder)

    def __str__(self) -> str:
        from stancekit.render import corpus_text

        return corpus_text(self)

    def _repr_html_(self) -> str:
        from stancekit.render import corpus_fragment

        return corpus_fragment(self)


def report(
    labels: str | Path,
    sample: str | Path | None = None,
    *,
    by: str | Sequence[str] = (),
    date: str | None = None,
    weights: str | None = None,
) -> CorpusReport:
    """What a labelled corpus holds: shares over time, by column and role, telling quotes, who changed.

    A model's counts are biased. With a sample of rows labelled by hand the shares are corrected and have valid
    intervals, as of `prevalence`, whose cautions hold here; without one the report says that they are raw.

    Args:
        labels: The folder that `label` wrote; a run that is not finished is refused.
        sample: Rows of it drawn at random, with their `article`, `start` and the `stance` a person gave them.
        by: Columns that were carried along (`keep`); the first also spreads the quotes over its values.
        date: Column of ISO dates, or with the period: ``date:month``, ``:year``, ``:quarter``, ``:week``. By
            default `date`, where it was carried along, by a period that suits the corpus and the sample.
        weights: Column of the sample with one over the probability that the row was drawn.

    Raises:
        DataError: The folder or the sample is not usable.
        OptionError: A column or a period is not there.

    Example:
        >>> report("labels", "sample.csv", by="outlet").to_html()  # doctest: +SKIP
    """
    run = open_labels(labels)
    m = run.manifest
    columns = list(dict.fromkeys([by] if isinstance(by, str) else by))
    date, period = _date_column(run, date)
    named = ["article", "stance", "speaker", "role", "kind", *([date] if date else []), *columns]
    coded = run.coded(list(dict.fromkeys(named)), cut={date: 10} if date and date not in columns else None)
    rows = len(coded["stance"].codes)
    if rows != m.sentences:
        raise DataError(f"{run.folder}: holds {rows:,} rows, its manifest counts {m.sentences:,}; label again")
    stances, stance = tuple(m.stances), _numbers_of(coded["stance"], tuple(m.stances), run.folder)
    shares = _Shares(stances, stance, _sample(run, coded["article"], sample, stances, weights))
    days = np.zeros(rows, np.int64)
    over_time = None
    if date:
        days, finest = days_of(coded[date])
        period = period or choose_period(days, finest, shares.labelled)
        names, numbers, places = by_period(days, period)
        column = f"{date}:{period}"
        over_time = Cut(column, shares.of(column, names, places), tuple(numbers), int((places < 0).sum()))
    cuts = [_cut(shares, column, coded[column]) for column in columns]
    cuts.append(_cut(shares, ROLE, _heads(coded["role"])))
    neither = m.neither or None
    source = columns[0] if columns else None
    return CorpusReport(
        labels=str(labels),
        model=m.settings["model"],
        model_sha256=m.settings["model_sha256"],
        version=m.settings["stancekit"],
        started=m.started,
        finished=m.finished,
        files=m.settings["input"]["files"],
        articles=m.articles,
        errors=m.errors,
        quotes=m.quotes,
        sentences=rows,
        no_speaker=int((coded["speaker"].codes < 0).sum()),
        stances=stances,
        neither=neither,
        sample=None if sample is None else str(sample),
        overall=shares.of("", [""], np.zeros(rows, np.int64))[0] if rows else None,
        over_time=over_time,
        cuts=tuple(cut for cut in cuts if cut.groups),
        telling=telling_quotes(run, coded, stance, [s for s in stances if s != neither], source, date),
        changes=find_changes(days, coded["speaker"], coded["article"], stance, stances),
        to_label=_to_label(rows, shares.correlation),
    )


class _Shares:
    """Shares of any grouping of the rows, corrected where there is a sample."""

    def __init__(self, stances: tuple[str, ...], stance: Array, sample: Sample | None) -> None:
        self._stances = stances
        self._stance = stance
        self._sample = sample
        self._given = np.eye(len(stances))[stance] if sample else None

    @property
    def labelled(self) -> int:
        """Rows labelled by hand."""
        return len(self._sample.place) if self._sample else 0

    @property
    def correlation(self) -> float:
        """Of hand labels and predictions, the lowest of any stance: what `plan` needs of a pilot."""
        return float(np.clip(self._sample.correlations().min(), 0, 1)) if self._sample else 0.0

    def of(self, column: str, names: Sequence[str], places: Array) -> tuple[Group, ...]:
        """The shares of each named group; rows in none have the place -1."""
        called = [{column: name} if column else {} for name in names]
        if self._sample is not None and self._given is not None:
            return estimate_groups(self._sample, self._given, self._stances, called, places)
        inside = places >= 0
        size = len(self._stances)
        counts = np.bincount(places[inside] * size + self._stance[inside], minlength=len(names) * size)
        table = counts.reshape(-1, size)
        raw = table / table.sum(1, keepdims=True)
        return tuple(
            Group(
                name, int(table[i].sum()), 0, 0, "", dict(zip(self._stances, map(Share, raw[i].tolist()), strict=True))
            )
            for i, name in enumerate(called)
        )


def _date_column(run: Labels, asked: str | None) -> tuple[str | None, str | None]:
    """The column of dates and the period, as far as they are known."""
    if asked is None:
        return ("date" if "date" in run.columns else None), None
    if asked in run.columns or ":" not in asked:
        return asked, None
    column, _, period = asked.rpartition(":")
    return column, period


def _numbers_of(stance: Coded, stances: tuple[str, ...], folder: Path) -> Array:
    if unknown := [value for value in stance.values if value not in stances]:
        raise DataError(f"{folder}: a row has the stance {unknown[0]!r}, which its manifest does not know; label again")
    if (stance.codes < 0).any():
        raise DataError(f"{folder}: a row has no stance; label again")
    return np.array([stances.index(value) for value in stance.values], np.int64)[stance.codes]


def _cut(shares: _Shares, column: str, values: Coded) -> Cut:
    """Groups of the most frequent values; the rest and the empty ones each in one."""
    counts = np.bincount(values.codes + 1, minlength=len(values.values) + 1)  # the empty ones first
    order = np.argsort(-counts[1:], kind="stable")
    own = order if len(order) == MOST + 1 else order[:MOST]  # an (other) of one value would say less
    place = np.full(len(values.values) + 1, len(own))
    place[own] = np.arange(len(own))
    place[-1] = len(own) + 1  # the code of an empty value, -1
    names = [values.values[i] for i in own] + [OTHER, EMPTY]
    found = place[values.codes]
    kept = np.bincount(found, minlength=len(names)) > 0
    groups = shares.of(
        column, [name for name, there in zip(names, kept, strict=True) if there], (kept.cumsum() - 1)[found]
    )
    return Cut(column, groups if kept[: len(own)].any() else ())


def _heads(roles: Coded) -> Coded:
    """Roles by their head word, since written out hardly two are the same."""
    heads = [role_head(role) for role in roles.values]
    values = list(dict.fromkeys(head for head in heads if head))
    number = {head: i for i, head in enumerate(values)} | {"": -1}
    codes = np.array([*(number[head] for head in heads), -1], np.int64)
    return Coded(codes[roles.codes], tuple(values))


def role_head(role: str) -> str:
    """The head word of a role.

    Example:
        >>> [role_head(role) for role in ("director of the Institute", "US senator, Republican", "its spokeswoman")]
        ['director', 'senator', 'spokesperson']
    """
    words = _ROLE_ENDS.split(role.strip() + " ", maxsplit=1)[0].split()
    head = words[-1].lower().strip(".'’\"“”") if words else ""
    return re.sub("^spokes(wo)?man$", "spokesperson", head)


def _sample(
    run: Labels, article: Coded, path: str | Path | None, stances: tuple[str, ...], weights: str | None
) -> Sample | None:
    """The corpus with its hand-labelled rows, or None without."""
    if path is None:
        if weights:
            raise OptionError(f"weights is {weights!r}, but there is no sample for it to be a column of")
        return None
    records = list(read_records(Path(path)))
    if not records:
        raise DataError(f"{path}: no rows")
    numbers = run.numbers(["start", "stance_scores"])
    code = {value: i for i, value in enumerate(article.values)}
    keys = article.codes.astype(np.int64) << 32 | numbers["start"].astype(np.int64)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    place, labels = [], []
    seen: dict[int, str] = {}
    for source, row in records:
        missing = next((name for name in ("article", "start", "stance") if row.get(name) in (None, "")), None)
        if missing:
            raise DataError(f"{source}: no {missing!r}; each row needs article, start and the stance a person gave it")
        try:
            start = int(row["start"])
        except (TypeError, ValueError) as error:
            raise DataError(f"{source}: start is {row['start']!r}; want a whole number") from error
        said = f"article {str(row['article'])!r}, start {start}"
        key = code.get(str(row["article"]), -1) << 32 | start
        first, last = np.searchsorted(ordered, key), np.searchsorted(ordered, key, "right")
        if first == last:
            raise DataError(f"{source}: no row of {run.folder} has {said}; the sample must be part of it")
        if last - first > 1:
            raise DataError(f"{source}: {last - first} rows of {run.folder} have {said}; give articles different ids")
        if key in seen:
            raise DataError(f"{source}: {said} is labelled twice; the first: {seen[key]}")
        if row["stance"] not in stances:
            raise DataError(f"{source}: unknown stance {row['stance']!r}; known: {', '.join(stances)}")
        seen[key] = source
        place.append(order[first])
        labels.append(stances.index(row["stance"]))
    weight = np.array([row_weight(source, row, weights) for source, row in records])
    scores = numbers["stance_scores"]
    return Sample(
        scores / scores.sum(1, keepdims=True),
        np.ones(len(scores)),
        article.codes,
        np.array(place),
        np.eye(len(stances))[labels],
        weight,
    )


def _to_label(rows: int, correlation: float) -> dict[str, int]:
    found = {}
    for width in _WIDTHS:
        try:
            found[f"{width:g}"] = plan(width, correlation=correlation, total=rows or None)
        except OptionError:  # the corpus is too small for it
            continue
    return found if rows else {}
