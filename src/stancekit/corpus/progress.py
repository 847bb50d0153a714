"""How far a run is, on a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[int, int, int], None]


@contextmanager
def progress(total: int, behind: int) -> Iterator[Report]:
    """A bar on stderr if it is a terminal; gives a function that takes position, new articles and new quotes.

    Args:
        total: Bytes of the input; 0 where nobody knows.
        behind: Bytes that an earlier part of the run has done.
    """
    if not sys.stderr.isatty():
        yield lambda position, articles, quotes: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        BarColumn(),
        TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(),
        TextColumn("left:"),
        TimeRemainingColumn(),
    )
    # a block takes seconds, so the speed is taken over many of them
    with Progress(*columns, console=Console(stderr=True), speed_estimate_period=600) as bar:
        task = bar.add_task("", total=total or None, completed=behind, said="starting")
        begun = time.perf_counter()
        done = [0, 0]

        def report(position: int, articles: int, quotes: int) -> None:
            done[0] += articles
            done[1] += quotes
            seconds = time.perf_counter() - begun
            said = f"{done[0]:,} articles, {done[0] / seconds:.1f}/s, {done[1] / seconds:.1f} quotes/s"
            bar.update(task, completed=position, said=said)

        yield report
