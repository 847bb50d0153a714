"""What share of quotes takes each stance: valid intervals from model labels and a small hand-labelled sample."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from stancekit.data.quotes import read_records
from stancekit.errors import DataError, OptionError
from stancekit.evaluation.powered import LEVEL, MINIMUM, Array, Sample, adjusted_counts

Method = Literal["ppi++", "ppi"]
Unit = Literal["sentence", "quote", "speaker", "article"]
Table = str | Path | Iterable[Any]
_UNITS = {"sentence": (), "quote": ("article", "quote"), "speaker": ("speaker",), "article": ("article",)}
_KEYS = (("id",), ("article", "start"), ("article", "quote", "sentence"))
PERIODS: dict[str, Callable[[date], str]] = {
    "year": lambda day: f"{day.year}",
    "quarter": lambda day: f"{day.year}-Q{(day.month + 2) // 3}",
    "month": lambda day: f"{day:%Y-%m}",
    "week": lambda day: "{}-W{:02}".format(*day.isocalendar()[:2]),
}


@dataclass(frozen=True, slots=True)
class Share:
    """The share of one stance in one group, 0 to 1. What the labels cannot tell is None.

    Attributes:
        raw: Of the model's labels. Biased.
        adjusted: Adjusted count: right if the model errs in this group as it does elsewhere.
        value: Prediction-powered estimate.
        low: Lower end of its 95 % interval.
        high: Upper end.
        hand: From the hand labels alone.
        hand_low: Lower end of its 95 % interval.
        hand_high: Upper end.
        power: How far predictions were trusted, 0 (not at all) to 1.
        correlation: Of hand labels with predictions; for `plan`.
    """

    raw: float
    adjusted: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    hand: float | None = None
    hand_low: float | None = None
    hand_high: float | None = None
    power: float | None = None
    correlation: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The shares of one group.

    Attributes:
        by: What defines it; empty for the whole corpus.
        rows: With predictions.
        labelled: Of these, by hand.
        clusters: With labelled rows.
        note: Why there are no intervals, or empty.
        shares: By stance.
    """

    by: dict[str, str]
    rows: int
    labelled: int
    clusters: int
    note: str
    shares: dict[str, Share]

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return ", ".join(self.by.values()) or "all"


@dataclass(frozen=True, slots=True)
class Prevalence:
    """What `prevalence` gives: one `Group` for each group of `by`, in order of their names.

    Attributes:
        groups: The groups.
        method: ``ppi++`` or ``ppi``.
        unit: What counts once.
        cluster: The column whose values are independent of each other; None for every row.
    """

    groups: tuple[Group, ...]
    method: str
    unit: str
    cluster: str | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return asdict(self)

    def to_json(self) -> str:
        """The shares as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def _repr_html_(self) -> str:
        from stancekit.render import prevalence_fragment

        return prevalence_fragment(self)

    def __str__(self) -> str:
        lines = [
            f"Shares in %, each {self.unit} counting once; {100 * LEVEL:.0f} % intervals by {self.method},",
            f"rows independent between values of {self.cluster!r}" if self.cluster else "every row independent",
            f"\n  {'':<16}{'share':>6}  {'interval':<14}{'by hand':>7}  {'interval':<14}{'raw':>5}{'adjusted':>10}",
        ]
        for group in self.groups:
            where = f", clusters: {group.clusters:,}" if self.cluster else ""
            lines.append(f"{_short(group.name, 30)}: {group.labelled:,} of {group.rows:,} rows labelled{where}")
            lines += [f"  {_short(stance, 15):<16}{_cells(share)}" for stance, share in group.shares.items()]
            lines += [f"  ! {group.note}"] if group.note else []
        return "\n".join(lines)


def prevalence(
    predictions: Table,
    labelled: Table,
    *,
    by: str | Sequence[str] = (),
    cluster: str | None = None,
    weights: str | None = None,
    unit: Unit = "sentence",
    method: Method = "ppi++",
) -> Prevalence:
    """The share of each stance, with 95 % intervals that hold however biased the model is.

    The predictions of all rows are corrected by what a random sample of hand-labelled rows shows them to be off by
    (prediction-powered inference; `stancekit.evaluation.powered` has the formulas and references). The interval is
    for what the corpus is a sample of: the rate at which sentences, or articles, of this kind take a stance. It is
    right if the labelled rows were drawn at random, not picked; the labels must not be those the model learned from.

    Each group stands on its own labelled rows. One with fewer than ten labelled clusters (in effect: a few that
    outweigh the others count as few) has no interval and says so; one without labelled rows has only raw and
    adjusted counts. Above that, small samples are allowed for by quantiles of Student's t with the labelled
    clusters as degrees of freedom, and an interval never gets narrower than the rule of three lets it.

    Args:
        predictions: A row for each sentence: a `.jsonl`, `.csv` or `.parquet` file, a folder that `stancekit label`
            wrote, or mappings or dataclasses. With `stance`, or `stance_scores`, whose probabilities say more.
        labelled: Some of these rows with `stance` as a person labelled it. Rows are matched by `id`, else by
            `article` and `start`, else by `article`, `quote` and `sentence`, whichever both tables have.
        by: Columns of the predictions that make groups. ``date:month`` takes the month of a column of ISO dates; so do
            ``:year``, ``:quarter`` and ``:week``.
        cluster: Column of the predictions whose values are independent of each other, while rows of one value may be
            alike. By default `article`, or `speaker` where that is the unit; each row where there is no such column.
        weights: Column of the labelled rows with one over the probability that the row was drawn (any multiple of
            it), if that was not the same for all rows of a group.
        unit: What counts once. ``article``: the share in the average article, a mean of its sentences' shares, however
            many there are; ``quote`` and ``speaker`` likewise; ``sentence``: long articles count for more.
        method: ``ppi++`` trusts predictions as far as the labelled rows bear them out, ``ppi`` fully.

    Raises:
        DataError: A table or row is not usable, or labelled rows match no prediction.
        OptionError: An unknown unit or method.

    Example:
        >>> from stancekit import prevalence
        >>> predictions = [{"id": i, "stance": "for" if i % 5 else "against"} for i in range(1000)]
        >>> labelled = [{"id": i, "stance": "for" if i % 10 > 3 else "against"} for i in range(0, 1000, 7)]
        >>> share = prevalence(predictions, labelled).groups[0].shares["for"]
        >>> f"{share.raw:.2f}, corrected {share.value:.2f} from {share.low:.2f} to {share.high:.2f}"
        '0.80, corrected 0.60 from 0.52 to 0.68'
    """
    for option, value, known in (("unit", unit, get_args(Unit)), ("method", method, get_args(Method))):
        if value not in known:
            raise OptionError(f"unknown {option} {value!r}; there is: {', '.join(known)}")
    rows, sample = _rows(predictions, "predictions"), _rows(labelled, "labelled rows")
    if cluster is None:
        usual = "speaker" if unit == "speaker" else "article"
        cluster = usual if usual in rows[0][1] else None
    stances, predicted, given = _predicted(rows)
    place = _places(rows, sample)
    truth = np.zeros((len(sample), len(stances)))
    for i, (source, row) in enumerate(sample):
        if row.get("stance") not in stances:
            raise DataError(
                f"{source}: unknown stance {row.get('stance')!r}; the predictions have {', '.join(stances)}"
            )
        truth[i, stances.index(row["stance"])] = 1
    weight = np.array([row_weight(source, row, weights) for source, row in sample])
    columns = [by] if isinstance(by, str) else list(by)
    named, member = _numbered(zip(*(_column(rows, column) for column in columns), strict=True), len(rows))
    clusters = _numbered(zip(_column(rows, cluster)), len(rows))[1] if cluster else np.arange(len(rows))
    _, units = _numbered(zip(member.tolist(), *(_column(rows, c) for c in _UNITS[unit]), strict=True), len(rows))
    count = 1 / np.bincount(units)[units] if _UNITS[unit] else np.ones(len(rows))
    whole = Sample(predicted, count, clusters, place, truth, weight)
    names = [dict(zip(columns, name, strict=True)) for name in named]
    return Prevalence(estimate_groups(whole, given, stances, names, member, method), method, unit, cluster)


def estimate_groups(
    whole: Sample,
    given: Array,
    stances: Sequence[str],
    names: Sequence[Mapping[str, str]],
    member: Array,
    method: Method = "ppi++",
) -> tuple[Group, ...]:
    """`prevalence` on arrays: the shares of each group of a corpus.

    Args:
        whole: The corpus.
        given: Its predicted stances as ones and zeros, (rows, stances).
        stances: Their names.
        names: What defines each group.
        member: Number of each row's group, (rows,); rows of no group have -1.
        method: As for `prevalence`.
    """
    confusion = (whole.truth * (whole.weight * whole.count[whole.place])[:, None]).T @ given[whole.place]
    groups = []
    for number, name in enumerate(names):
        inside, chosen = np.flatnonzero(member == number), np.flatnonzero(member[whole.place] == number)
        count = whole.count[inside]
        here = Sample(
            predicted=whole.predicted[inside],
            count=count,
            cluster=np.unique(whole.cluster[inside], return_inverse=True)[1],
            place=np.searchsorted(inside, whole.place[chosen]),
            truth=whole.truth[chosen],
            weight=whole.weight[chosen],
        )
        raw = count @ given[inside] / count.sum()
        groups.append(_group(dict(name), here, stances, raw, confusion, method))
    return tuple(groups)


def _group(
    by: dict[str, str], sample: Sample, stances: Sequence[str], raw: Array, confusion: Array, method: Method
) -> Group:
    """The shares of one group, without intervals where it is too small for them."""
    clusters, effective = len(np.unique(sample.cluster[sample.place])), sample.effective
    values = {"raw": raw, "adjusted": adjusted_counts(raw, confusion)}
    note = "no labelled rows: no estimate" if not len(sample.place) else ""
    if not note:
        best, hand = sample.estimate(None if method == "ppi++" else 1.0), sample.estimate(0.0)
        values |= {"value": best.value, "hand": hand.value, "power": best.power, "correlation": sample.correlations()}
        if effective >= MINIMUM:
            values |= {"low": best.low, "high": best.high, "hand_low": hand.low, "hand_high": hand.high}
        else:
            inside = f", in effect {effective:.1f}" if clusters >= MINIMUM else ""
            note = f"no interval: it needs {MINIMUM} labelled clusters and has {clusters}{inside}"
    shares = {
        stance: Share(**{name: float(column[i]) for name, column in values.items()}) for i, stance in enumerate(stances)
    }
    return Group(by, len(sample.count), len(sample.place), clusters, note, shares)


def _rows(table: Table, what: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The rows of a table, each with its place for messages."""
    rows: list[tuple[str, Mapping[str, Any]]]
    if isinstance(table, str | Path):
        path = Path(table)
        shards = sorted(path.glob("shard-*")) if path.is_dir() else [path]
        rows = [pair for shard in shards for pair in read_records(shard)]
        what = str(path)
    else:
        rows = []
        for number, row in enumerate(table, 1):
            if is_dataclass(row) and not isinstance(row, type):
                row = {f.name: getattr(row, f.name) for f in fields(row)}
            if not isinstance(row, Mapping):
                raise DataError(f"{what}, row {number}: want a mapping or a dataclass, this is {type(row).__name__}")
            rows.append((f"{what}, row {number}", row))
    if not rows:
        raise DataError(f"{what}: no rows")
    return rows


def _predicted(rows: Sequence[tuple[str, Mapping[str, Any]]]) -> tuple[list[str], Array, Array]:
    """The stances; each row's probabilities, its label where there are none; and its label as ones and zeros."""
    first = rows[0][1]
    nested = isinstance(first.get("stance_scores"), Mapping)
    flat = [name.removeprefix("stance_scores.") for name in first if name.startswith("stance_scores.")]
    stances = list(first["stance_scores"]) if nested else flat
    if not stances:
        try:
            stances = sorted({row["stance"] for _, row in rows})
            hard = np.eye(len(stances))[[stances.index(row["stance"]) for _, row in rows]]
        except (KeyError, TypeError) as error:
            raise DataError(f"{rows[0][0]}: want a column 'stance' or 'stance_scores', filled in every row") from error
        return stances, hard, hard
    scores = np.empty((len(rows), len(stances)))
    for i, (source, row) in enumerate(rows):
        try:
            found = row["stance_scores"] if nested else row
            scores[i] = [float(found[name if nested else f"stance_scores.{name}"]) for name in stances]
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{source}: stance_scores without a number for each of {', '.join(stances)}") from error
    wrong = np.flatnonzero(~((np.abs(scores.sum(1) - 1) < 0.01) & (scores >= 0).all(1)))
    if len(wrong):
        raise DataError(f"{rows[wrong[0]][0]}: stance_scores are no probabilities: {scores[wrong[0]].tolist()}")
    return stances, scores, np.eye(len(stances))[scores.argmax(1)]


def _places(rows: Sequence[tuple[str, Mapping[str, Any]]], sample: Sequence[tuple[str, Mapping[str, Any]]]) -> Array:
    """Which prediction each labelled row belongs to."""
    key = next((key for key in _KEYS if all(c in rows[0][1] and c in sample[0][1] for c in key)), None)
    if key is None:
        ways = ", or ".join(" + ".join(key) for key in _KEYS)
        raise DataError(f"nothing to match labelled rows with predictions by; both tables need {ways}")
    place: dict[tuple[str, ...], int] = {}
    for i, (source, row) in enumerate(rows):
        name = tuple(str(row.get(column)) for column in key)
        if place.setdefault(name, i) != i:
            raise DataError(f"{source}: a second prediction for {_said(key, name)}; the first: {rows[place[name]][0]}")
    seen: dict[int, str] = {}
    for source, row in sample:
        name = tuple(str(row.get(column)) for column in key)
        if name not in place:
            raise DataError(f"{source}: no prediction for {_said(key, name)}; labelled rows must be part of the corpus")
        if place[name] in seen:
            raise DataError(f"{source}: {_said(key, name)} is labelled twice; the first: {seen[place[name]]}")
        seen[place[name]] = source
    return np.array(list(seen))


def _column(rows: Sequence[tuple[str, Mapping[str, Any]]], name: str) -> list[str]:
    """The values of a column that must be filled, or the period of a column of dates."""
    column, period = name, ""
    if ":" in name and name not in rows[0][1]:
        column, _, period = name.rpartition(":")
        if period not in PERIODS:
            raise OptionError(f"unknown period {period!r} in {name!r}; there is: {', '.join(PERIODS)}")
    values = []
    for source, row in rows:
        value = row.get(column)
        if value in (None, ""):
            has = ", ".join(map(str, row)) if column not in row else ""
            raise DataError(
                f"{source}: no column {column!r}; there is: {has}"
                if has
                else f"{source}: {column!r} is empty; fill it in, or leave such rows out of both tables"
            )
        try:
            values.append(PERIODS[period](date.fromisoformat(str(value)[:10])) if period else str(value))
        except ValueError as error:
            raise DataError(f"{source}: {column!r} holds {value!r}; want a date like 2024-03-31") from error
    return values


def _numbered(values: Iterable[tuple[Any, ...]], rows: int) -> tuple[list[tuple[Any, ...]], Array]:
    """The different values in order, and the number of each row's; one empty value where there are no columns."""
    listed = list(values) or [()] * rows
    names = sorted(set(listed))
    number = {name: i for i, name in enumerate(names)}
    return names, np.array([number[value] for value in listed])


def row_weight(source: str, row: Mapping[str, Any], column: str | None) -> float:
    """What a labelled row counts for: one over the probability that it was drawn, 1 without a column for it."""
    try:
        value = 1.0 if column is None else float(row[column])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{source}: no number in column {column!r}, which holds the weights") from error
    if not 0 < value < float("inf"):
        raise DataError(f"{source}: weight {value:g}; want one over the probability of being drawn, over 0")
    return value


def _said(key: Sequence[str], name: Sequence[str]) -> str:
    return ", ".join(f"{column} {value!r}" for column, value in zip(key, name, strict=True))


def _short(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"


def _cells(share: Share) -> str:
    def percent(value: float | None) -> str:
        return "—" if value is None else f"{100 * value:.1f}"

    def between(low: float | None, high: float | None) -> str:
        return "—" if low is None else f"[{percent(low)}, {percent(high)}]"

    return (
        f"{percent(share.value):>6}  {between(share.low, share.high):<14}{percent(share.hand):>7}  "
        f"{between(share.hand_low, share.hand_high):<14}{percent(share.raw):>5}{percent(share.adjusted):>10}"
    )
