"""A corpus report as one HTML page: figures, tables, quotes; no network, no script, every string escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from stancekit.render.corpus_figures import best, corpus_drawings
from stancekit.render.corpus_words import (
    SHOWN,
    caution,
    changes_caution,
    count,
    day,
    how_changed,
    interval,
    percent,
    provenance,
    title_of,
)
from stancekit.render.drawing import Drawing, inline_svg, plain
from stancekit.render.style import STANCES, document, letters, stance_class

if TYPE_CHECKING:
    from stancekit.corpus.quotations import TellingQuote
    from stancekit.corpus.report import CorpusReport, Cut


def corpus_page(report: CorpusReport) -> str:
    """The report as a whole HTML document.

    Raises:
        MissingExtraError: The extra `report` is not installed.
    """
    parts = [_head(report)]
    if report.overall is not None:
        drawings = corpus_drawings(report)
        parts += [_section("Shares", _overall(report)), _section("Over time", _time(report, drawings))]
        parts += [_section(f"By {title_of(cut)}", _cut(report, cut, drawings.get(cut.column))) for cut in report.cuts]
        parts += [_section("Telling quotes", _quotes(report)), _section("Who changed", _changes(report))]
    else:
        parts.append("<p>No quoted sentence was found in these articles, so there is nothing to count.</p>")
    parts.append(_section("Where this comes from", _provenance(report)))
    body = "\n".join(parts)
    return document(
        f"Corpus report: {PurePath(report.labels).name}", f'<main class="stancekit corpus">\n{body}\n</main>', _STYLE
    )


def corpus_fragment(report: CorpusReport) -> str:
    """The overall shares for a notebook cell."""
    body = _head(report) + (_overall(report) if report.overall else "") + "<p><code>.to_html()</code> has the rest.</p>"
    return f'<style>{_STYLE}</style><div class="stancekit corpus">{body}</div>'


def _text(text: str) -> str:
    """Escaped, without the control characters that HTML refuses."""
    return escape(plain(text))


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{_text(title)}</h2>\n{body}\n</section>" if body else ""


def _head(report: CorpusReport) -> str:
    tiles = "".join(
        f"<li><b>{value:,}</b> {name}</li>"
        for value, name in (
            (report.articles, "articles"),
            (report.quotes, "quotes"),
            (report.sentences, "sentences"),
            (report.errors, "unreadable articles"),
        )
    )
    warning = caution(report)
    kind = "" if report.sample else ' class="warning" role="note"'
    return (
        f"<header>\n<h1>What is said in {_text(PurePath(report.labels).name)}</h1>\n"
        f'<ul class="tiles">{tiles}</ul>\n' + (f"<p{kind}>{_text(warning)}</p>\n" if warning else "") + "</header>"
    )


def _overall(report: CorpusReport) -> str:
    group = report.overall
    if group is None:
        return ""
    letter = letters(report.stances)
    head = ["Stance", "Share, 95 % interval", "By hand alone", "Raw"] if report.sample else ["Stance", "Raw share"]
    rows = []
    for stance, share in group.shares.items():
        numbers = [_share(best(share), share.low, share.high)]
        if report.sample:
            numbers += [_share(share.hand, share.hand_low, share.hand_high), _share(share.raw)]
        rows.append([_tag(report, stance, f"{stance} ({letter[stance]})"), *numbers])
    note = f"<p>{_text(group.note)}</p>" if group.note else ""
    return _table("Share of each stance among quoted sentences", head, rows) + note


def _share(value: float | None, low: float | None = None, high: float | None = None) -> str:
    return percent(value) + (f" <small>{interval(low, high)}</small>" if low is not None else "")


def _time(report: CorpusReport, drawings: dict[str, Drawing]) -> str:
    time = report.over_time
    if time is None:
        return (
            "<p>The labels have no column of dates. <code>stancekit label --keep date</code> carries one along, "
            "<code>--date COLUMN</code> names it.</p>"
        )
    if not time.groups:
        return "<p>No row has a date that can be read.</p>"
    drawing = drawings.get(time.column)
    alone = "" if drawing else f"<p>All dated sentences are of one period, {_text(time.groups[0].name)}.</p>"
    return alone + _cut(report, time, drawing)


def _cut(report: CorpusReport, cut: Cut, drawing: Drawing | None) -> str:
    head = ["", "Sentences", *(["By hand"] if report.sample else []), *map(_text, report.stances)]
    rows = []
    for group in cut.groups:
        cells = [_text(group.name), f"{group.rows:,}", *([f"{group.labelled:,}"] if report.sample else [])]
        for stance in report.stances:
            share = group.shares[stance]
            raw = " <small>raw</small>" if report.sample and share.value is None else ""
            cells.append(_share(best(share), share.low, share.high) + raw)
        rows.append(cells)
    figure = ""
    if drawing:
        figure = f"<figure>{inline_svg(drawing)}<figcaption>{_text(drawing.title)}.</figcaption></figure>\n"
    notes = []
    if cut.left_out:
        notes.append(f"{count(cut.left_out, 'sentence')} without a date that can be read left out.")
    if report.sample and any(share.low is None for group in cut.groups for share in group.shares.values()):
        notes.append("No interval where fewer than ten articles with labelled rows stand behind a share.")
    return (
        figure + _table(f"Shares by {title_of(cut)}", head, rows) + "".join(f"<p>{_text(note)}</p>" for note in notes)
    )


def _quotes(report: CorpusReport) -> str:
    if not report.telling:
        return ""
    out = [
        "<p>The sentences that the model is surest of, from different speakers, articles and sources: "
        "examples, not evidence of how often such things are said.</p>"
    ]
    for stance in dict.fromkeys(quote.stance for quote in report.telling):
        quotes = [_quote(report, quote) for quote in report.telling if quote.stance == stance]
        out.append(f"<h3>{_text(stance)}</h3>\n" + "\n".join(quotes))
    return "\n".join(out)


def _quote(report: CorpusReport, quote: TellingQuote) -> str:
    speaker = quote.speaker or "speaker not found"
    who = _text(speaker + (f", {quote.role}" if quote.role else ""))
    article = _text(quote.article)
    if quote.link and (address := _address(quote.link)):
        article = f'<a href="{escape(address)}" rel="noreferrer">{article}</a>'
    about = [_text(part) for part in (quote.source, day(quote.date)) if part]
    return (
        f'<figure class="quote {stance_class(quote.stance, report.stances, report.neither)}">'
        f"<blockquote>“{_text(quote.sentence)}”</blockquote>"
        f"<figcaption><b>{who}</b><br>{' · '.join([*about, article, f'{quote.confidence:.0%} sure'])}"
        "</figcaption></figure>"
    )


def _address(link: str) -> str | None:
    """The link if it leads to a web page, and to nothing that runs."""
    link = plain(link).strip()
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    return link if parts.scheme in ("http", "https") and parts.netloc else None


def _changes(report: CorpusReport) -> str:
    note = f"<p>{_text(changes_caution(report))}</p>"
    rows = [list(map(_text, (change.speaker, *how_changed(change)))) for change in report.changes.speakers[:SHOWN]]
    if not rows:
        return note
    last = report.changes.last
    return note + _table("Speakers compared", ["Speaker", f"To {last}", "After", "Change"], rows)


def _provenance(report: CorpusReport) -> str:
    rows = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in provenance(report))
    return f"<dl>{rows}</dl>"


def _tag(report: CorpusReport, stance: str, text: str) -> str:
    return f'<span class="tag {stance_class(stance, report.stances, report.neither)}">{_text(text)}</span>'


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already; where it is too wide it scrolls by itself."""
    columns = "".join(f'<th scope="col">{cell}</th>' if cell else "<td></td>" for cell in head)
    body = "\n".join(
        f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest) + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{_text(caption)}"><table>'
        f"<caption>{_text(caption)}</caption><thead><tr>{columns}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


_STYLE = (
    STANCES
    + """
.stancekit.corpus { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; font: 1rem/1.55 system-ui, sans-serif;
  overflow-wrap: anywhere; }
.stancekit.corpus h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
.stancekit.corpus h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid GrayText; }
.stancekit.corpus h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
.stancekit.corpus .tiles { display: flex; flex-wrap: wrap; gap: .5rem 2rem; list-style: none; padding: 0; }
.stancekit.corpus .tiles b { display: block; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.stancekit.corpus .warning { border: 2px solid currentColor; border-left-width: 8px; padding: .6rem .9rem; }
.stancekit.corpus figure { margin: 1rem 0; }
.stancekit.corpus svg { display: block; width: 100%; max-width: 36rem; height: auto; }
.stancekit.corpus figcaption, .stancekit.corpus caption { font-size: .85rem; text-align: left; }
.stancekit.corpus .wide { overflow-x: auto; margin: 1rem 0; }
.stancekit.corpus table { border-collapse: collapse; font-size: .88rem;
  font-variant-numeric: tabular-nums; width: 100%; }
.stancekit.corpus caption { font-weight: 600; padding-bottom: .3rem; }
.stancekit.corpus :is(th, td) { padding: .25rem .5rem .25rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); overflow-wrap: normal; }
.stancekit.corpus tbody th { font-weight: 400; min-width: 6rem; overflow-wrap: anywhere; }
.stancekit.corpus td small { display: block; white-space: nowrap; }
.stancekit.corpus .quote { border-left: 5px solid hsl(var(--h) var(--s) var(--l)); padding-left: .9rem;
  break-inside: avoid; }
.stancekit.corpus .side1.quote { border-left-style: double; }
.stancekit.corpus blockquote { margin: 0; font-family: Georgia, 'Times New Roman', serif; font-size: 1.05rem; }
.stancekit.corpus a { color: inherit; }
.stancekit.corpus dt { font-weight: 600; }
.stancekit.corpus dd { margin: 0 0 .5rem; }
.stancekit.corpus :is(a, .wide):focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
@media (max-width: 30rem) { .stancekit.corpus table { font-size: .8rem; }
  .stancekit.corpus tbody th { min-width: 4.5rem; } }
@media print { .stancekit.corpus .wide { overflow: visible; } .stancekit.corpus :is(figure, tr) { break-inside: avoid; }
  .stancekit.corpus h2, .stancekit.corpus h3 { break-after: avoid; } }
"""
)
