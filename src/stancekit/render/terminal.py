"""A read article as a table for a terminal, or for a log where there is none."""

from __future__ import annotations

from typing import IO

from stancekit.records import Article

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
