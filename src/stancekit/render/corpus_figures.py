"""The figures of a corpus report: shares over time, and by the values of a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancekit.render.drawing import FAINT, INK, MARKERS, NEITHER, PAPER, SIDES, Drawing, plain, save_drawings

if TYPE_CHECKING:
    from stancekit.corpus.report import CorpusReport, Cut
    from stancekit.evaluation.prevalence import Group, Share

_WIDTH = 5.0  # inches: as wide as a phone when a point is a pixel, so that texts stay readable there
_TICKS = 5


def corpus_drawings(report: CorpusReport) -> dict[str, Drawing]:
    """The figures by the column they are about; a single period or value makes none."""
    found = {}
    time = report.over_time
    if time and len(time.groups) > 1:
        found[time.column] = Drawing(
            "over-time",
            f"Share of each stance by {plain(time.column.rpartition(':')[2])}",
            _in_words(report, time),
            lambda: _over_time(report, time),
        )
    for number, cut in enumerate(report.cuts, 1):
        if len(cut.groups) > 1:
            name = re.sub(r"[^a-z0-9]+", "-", cut.column.lower()).strip("-")[:40]
            found[cut.column] = Drawing(
                f"by-{number}-{name}".rstrip("-"),
                f"Share of each stance by {plain(cut.column)}",
                _in_words(report, cut),
                partial(_by_value, report, cut),
            )
    return found


def save_corpus_figures(report: CorpusReport, folder: str | Path) -> list[Path]:
    """Write each figure of a report as .png and .svg into a folder; gives their paths."""
    return save_drawings(list(corpus_drawings(report).values()), folder)


def best(share: Share) -> float:
    """The corrected share, or the raw one where there is none."""
    return share.raw if share.value is None else share.value


def _look(report: CorpusReport, stance: str) -> tuple[str, str]:
    """Colour and marker of a stance."""
    sides = [name for name in report.stances if name != report.neither]
    place = sides.index(stance) if stance in sides else -1
    return (NEITHER, "x") if place < 0 else (SIDES[place % len(SIDES)], MARKERS[place % len(MARKERS)])


def _known(report: CorpusReport, share: Share) -> bool:
    """Whether there is an estimate; a raw count among corrected shares is none."""
    return report.sample is None or share.value is not None


def _in_words(report: CorpusReport, cut: Cut) -> str:
    kind = "corrected" if report.sample else "raw model counts"
    parts = []
    for stance in report.stances:
        shares = [(best(g.shares[stance]), g.name) for g in cut.groups if _known(report, g.shares[stance])]
        if shares:
            low, high = min(shares), max(shares)
            parts.append(f"{stance} from {low[0]:.0%} ({low[1]}) to {high[0]:.0%} ({high[1]})")
    return f"Shares, {kind}: {'; '.join(parts)}. The table beside it has the numbers."


def _over_time(report: CorpusReport, cut: Cut) -> Any:
    """A panel for each stance, so that bands never lie on each other."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    panels = len(report.stances)
    figure = Figure(figsize=(_WIDTH, 1.25 * panels + 0.75), layout="constrained")
    axes = figure.subplots(panels, 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for ax, stance in zip(axes, report.stances, strict=True):
        color, marker = _look(report, stance)
        ax.set_title(plain(stance, 40))
        ax.grid(axis="y", color=FAINT, alpha=0.35, linewidth=0.5)
        shares = [group.shares[stance] for group in cut.groups]
        size = 4 if len(shares) < 30 else 2.5
        raw = {"color": FAINT, "linestyle": ":", "linewidth": 1.2}
        if not report.sample:
            raw = {"color": color, "linestyle": "--", "linewidth": 1, "marker": marker, "markerfacecolor": PAPER}
        for run in _runs(cut.numbers):
            ax.plot([cut.numbers[i] for i in run], [shares[i].raw for i in run], markersize=size, **raw)
        known = [i for i, share in enumerate(shares) if share.low is not None]
        for run in _runs([cut.numbers[i] for i in known]):
            x = [cut.numbers[known[i]] for i in run]
            low, value, high = zip(
                *((shares[known[i]].low, best(shares[known[i]]), shares[known[i]].high) for i in run), strict=True
            )
            ax.fill_between(x, low, high, color=color, alpha=0.22, linewidth=0)
            ax.vlines(x, low, high, color=color, linewidth=0.7)
            ax.plot(x, value, color=color, marker=marker, markersize=size, linewidth=1.4)
    top = axes[0]
    top.set_ylim(0, min(1.0, 1.08 * max(s.high or max(s.raw, best(s)) for g in cut.groups for s in g.shares.values())))
    top.locator_params(axis="y", nbins=4)
    top.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    step = max(1, -(-len(cut.groups) // _TICKS))
    shown = list(range(0, len(cut.groups), step))
    axes[-1].set_xticks([cut.numbers[i] for i in shown], [cut.groups[i].name for i in shown])
    if len(cut.groups) > 1:
        axes[-1].set_xlim(cut.numbers[0] - 0.5, cut.numbers[-1] + 0.5)
    _legend(figure, report, over_time=True)
    return figure


def _by_value(report: CorpusReport, cut: Cut) -> Any:
    """A row for each value, a mark for each stance that takes a side."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    sides = [stance for stance in report.stances if stance != report.neither] or list(report.stances)
    figure = Figure(figsize=(_WIDTH, (0.16 + 0.13 * len(sides)) * len(cut.groups) + 0.95), layout="constrained")
    ax = figure.subplots()
    for row, group in enumerate(cut.groups):
        for place, stance in enumerate(sides):
            share = group.shares[stance]
            if not _known(report, share):
                continue
            color, marker = _look(report, stance)
            y = row + (place - (len(sides) - 1) / 2) * 0.6 / len(sides)
            if share.low is not None and share.high is not None:
                ax.plot([share.low, share.high], [y, y], color=color, linewidth=1.2)
            fill = PAPER if share.low is None else color
            ax.plot([best(share)], [y], color=color, marker=marker, markersize=5, markerfacecolor=fill)
    ax.set_yticks(range(len(cut.groups)), [plain(_label(group), 34) for group in cut.groups])
    ax.set_ylim(len(cut.groups) - 0.4, -0.6)
    ax.set_xlim(left=0)
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.grid(axis="x", color=FAINT, alpha=0.35, linewidth=0.5)
    ax.tick_params(axis="y", length=0)
    _legend(figure, report, sides)
    return figure


def _label(group: Group) -> str:
    name = group.name if len(group.name) <= 22 else group.name[:21] + "…"
    return f"{name} ({group.rows:,})"


def _legend(figure: Any, report: CorpusReport, sides: Sequence[str] = (), over_time: bool = False) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks: list[Any] = []
    for stance in sides:
        color, marker = _look(report, stance)
        fill = color if report.sample else PAPER
        mark = Line2D([], [], color=color, marker=marker, markerfacecolor=fill, linestyle="none")
        marks.append((mark, plain(stance, 24)))
    if not report.sample:
        marks.append((Line2D([], [], linestyle="none"), "raw model counts, biased"))
    elif over_time:
        marks.append((Patch(color=INK, alpha=0.22, linewidth=0), "95 % interval"))
        marks.append((Line2D([], [], color=FAINT, linestyle=":"), "raw model counts"))
    else:
        marks.append((Line2D([], [], color=INK, linewidth=1.2), "95 % interval"))
        marks.append((Line2D([], [], color=INK, marker="o", markerfacecolor=PAPER, linestyle="none"), "no interval"))
    handles, names = zip(*marks, strict=True)
    figure.legend(handles, names, loc="outside upper left", ncols=3, handlelength=1.4, columnspacing=1, fontsize=9)


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Places of numbers that follow each other by 1: a line breaks where a period has no rows."""
    runs: list[list[int]] = []
    for place, number in enumerate(numbers):
        if runs and number == numbers[runs[-1][-1]] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs
