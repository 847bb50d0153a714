"""Small views for a notebook cell, every string escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

from stancekit.render.corpus_words import interval, percent

if TYPE_CHECKING:
    from stancekit.evaluation.prevalence import Prevalence
    from stancekit.records import Prediction

_CELL = 'style="text-align:left"'


def prediction_fragment(prediction: Prediction) -> str:
    """The sentence, and a bar for each score."""
    out = [f"<p>{escape(prediction.text)}</p>", "<table>"]
    out += _bars(prediction.stance, prediction.stance_scores)
    if prediction.sentiment and prediction.sentiment_scores:
        out += _bars(prediction.sentiment, prediction.sentiment_scores)
    return "".join([*out, "</table>"])


def _bars(chosen: str, scores: Mapping[str, float]) -> list[str]:
    rows = [
        f"<tr><td {_CELL}>{escape(f'{label} ◂' if label == chosen else label)}</td><td>{value:.0%}</td>"
        f"<td {_CELL}>{'█' * round(20 * value)}</td></tr>"
        for label, value in scores.items()
    ]
    unsure = [] if chosen in scores else [f'<tr><th colspan="3" {_CELL}>{escape(chosen)}</th></tr>']
    return [*unsure, *rows]


def prevalence_fragment(result: Prevalence) -> str:
    """A row for each group and stance."""
    head = ("Group", "Stance", "Share", "95 % interval", "By hand alone", "Interval", "Raw", "Adjusted")
    out = [
        f"<p>Shares of stances, each {escape(result.unit)} counting once, by {escape(result.method)}.</p>",
        "<table><thead><tr>",
        *(f"<th {_CELL}>{name}</th>" for name in head),
        "</tr></thead><tbody>",
    ]
    for group in result.groups:
        for stance, s in group.shares.items():
            best, hand = (s.value, s.low, s.high), (s.hand, s.hand_low, s.hand_high)
            cells = [group.name, stance, *(f for v in (best, hand) for f in (percent(v[0]), interval(v[1], v[2])))]
            cells += [percent(s.raw), percent(s.adjusted)]
            out.append("<tr>" + "".join(f"<td {_CELL}>{escape(cell)}</td>" for cell in cells) + "</tr>")
        if group.note:
            out.append(f'<tr><td {_CELL} colspan="{len(head)}">{escape(f"{group.name}: {group.note}")}</td></tr>')
    return "".join([*out, "</tbody></table>"])
