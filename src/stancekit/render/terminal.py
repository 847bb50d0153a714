"""Articles and reports as tables for a terminal, or for a log where there is none."""

from __future__ import annotations

import io
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any

from stancekit.records import Article
from stancekit.render.corpus_figures import best
from stancekit.render.corpus_words import (
    SHOWN,
    caution,
    changes_caution,
    day,
    how_changed,
    interval,
    percent,
    provenance,
    title_of,
)
from stancekit.render.drawing import plain

if TYPE_CHECKING:
    from stancekit.corpus.report import CorpusReport, Cut

_STYLES = ("blue", "dark_orange3", "magenta", "green", "red", "yellow")


def article_table(article: Article, file: IO[str]) -> None:
    """Print one row per quoted sentence: quote, speaker, stance with confidence, sentiment.

    The table takes the terminal's width, and 80 columns where there is no terminal; colours only on a terminal and
    not under NO_COLOR.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=file, width=None if file.isatty() else 80, highlight=False)
    table = Table(show_lines=True, expand=True)
    table.add_column("quote", ratio=5)
    table.add_column("speaker", ratio=3)
    table.add_column("stance", ratio=2, min_width=10)
    table.add_column("sentiment", min_width=9)
    for quote in article.quotes:
        sides = [label for label in article.labels if label != quote.neither]
        for sentence in quote.sentences:
            p = sentence.prediction
            if p is None:
                continue
            speaker = Text(quote.speaker.name if quote.speaker else "—")
            if quote.speaker and quote.speaker.text != quote.speaker.name:
                speaker.append(f"\n(as “{quote.speaker.text}”)", "dim")
            style = _STYLES[sides.index(p.stance) % len(_STYLES)] if p.stance in sides else "default"
            table.add_row(
                Text(sentence.text),
                speaker,
                Text(f"{p.stance}\n{p.confidence:.2f}", style),
                Text(p.sentiment or "—"),
            )
    console.print(table)


def corpus_tables(report: CorpusReport, file: IO[str]) -> None:
    """Print a corpus report: the tables of its page, without the figures.

    Width and colours as of `article_table`.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(file=file, width=None if file.isatty() else 80, highlight=False)

    def say(text: str, style: str = "") -> None:
        console.print(Text(plain(text), style))

    say(f"What is said in {PurePath(report.labels).name}", "bold")
    say(
        f"{report.articles:,} articles ({report.errors:,} unreadable), {report.quotes:,} quotes, "
        f"{report.sentences:,} sentences"
    )
    for name, value in provenance(report):
        say(f"{name}: {value}", "dim")
    if report.overall is None:
        say("\nNo quoted sentence was found in these articles.")
        return
    say("")
    say(caution(report), "" if report.sample else "bold yellow")
    head = ["share", "95 % interval", "by hand", "raw"] if report.sample else ["raw share"]
    rows = []
    for stance, share in report.overall.shares.items():
        cells = [percent(best(share))]
        if report.sample:
            cells += [interval(share.low, share.high), percent(share.hand), percent(share.raw)]
        rows.append(([stance, *cells], _style(report, stance)))
    console.print(_table("\nShares", ["stance", *head], rows))
    for cut in (*([report.over_time] if report.over_time else []), *report.cuts):
        console.print(_cut(report, cut))
        if cut.left_out:
            say(f"{cut.left_out:,} sentences without a date that can be read left out.", "dim")
    if report.over_time is None:
        say("No column of dates: `stancekit label --keep date` carries one along.", "dim")
    for quote in report.telling:
        about = [quote.source, day(quote.date), quote.article, quote.link]
        who = ", ".join(part for part in (quote.speaker or "speaker not found", quote.role) if part)
        say(f"\n{quote.stance} {quote.confidence:.0%}", _style(report, quote.stance))
        say(f"“{quote.sentence}”")
        say(f"    {who} · {' · '.join(part for part in about if part)}", "dim")
    if report.changes.speakers:
        rows = [([change.speaker, *how_changed(change)], "") for change in report.changes.speakers[:SHOWN]]
        console.print(_table("\nWho changed", ["speaker", f"to {report.changes.last}", "after", "change"], rows))
    say(changes_caution(report), "dim")


def corpus_text(report: CorpusReport) -> str:
    """The same as a string of lines of 80 characters at most."""
    out = io.StringIO()
    corpus_tables(report, out)
    return out.getvalue().rstrip("\n")


def _style(report: CorpusReport, stance: str) -> str:
    sides = [name for name in report.stances if name != report.neither]
    return _STYLES[sides.index(stance) % len(_STYLES)] if stance in sides else ""


def _cut(report: CorpusReport, cut: Cut) -> Any:
    rows = []
    for group in cut.groups:
        cells = [group.name, f"{group.rows:,}", *([f"{group.labelled:,}"] if report.sample else [])]
        for stance in report.stances:
            share = group.shares[stance]
            raw = " raw" if report.sample and share.value is None else ""
            held = f"\n{interval(share.low, share.high)}" if share.low is not None else ""
            cells.append(f"{percent(best(share))}{raw}{held}")
        rows.append((cells, ""))
    head = ["", "sentences", *(["by hand"] if report.sample else []), *report.stances]
    return _table(f"\nBy {title_of(cut)}", head, rows)


def _table(title: str, head: list[str], rows: list[tuple[list[str], str]]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(_lines(title), "bold"), title_justify="left", box=None, padding=(0, 2, 0, 0))
    for number, name in enumerate(head):
        table.add_column(Text(plain(name)), overflow="fold", min_width=8 if number == 0 else 6)
    for cells, style in rows:
        table.add_row(*(Text(_lines(cell)) for cell in cells), style=style)
    return table


def _lines(cell: str) -> str:
    return "\n".join(plain(line) for line in cell.split("\n"))
