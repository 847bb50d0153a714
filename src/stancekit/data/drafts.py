"""Drafts: the plain-text form in which people write labelled quotes by hand.

A draft reads like the notes of a desk::

    ## port feature | 2021 | tariffs
    @ Lena Ortiz | terminal manager in Long Beach
    N0 We moved nine thousand boxes last week,
    E+!concession it hurts, but I think both of them want out of this
    @ — | a customs lawyer
    R- They will find another list.

``##`` opens a group (scenario, year, topic), ``@`` a quote (speaker or —, role), and each line below it is one
sentence of that quote: the first letter of its stance, its sentiment (+ 0 -, left out in a frame without
sentiment), an optional ``!tag`` for a line that is hard on purpose, and the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from stancekit.data.files import read_text
from stancekit.data.quotes import read_quotes, with_splits, write_quotes
from stancekit.errors import DataError, FrameError
from stancekit.frames import Frame, load_frame
from stancekit.records import LabelledQuote

_LINE = re.compile(r"(\S)([+0-])?(?:!([a-z-]+))? +(\S.*)")
_TONES = {"+": "positive", "0": "neutral", "-": "negative"}


def read_draft(path: str | Path, frame: Frame, written_by: str) -> list[LabelledQuote]:
    """Read a draft into rows; groups are put into splits whole.

    Args:
        path: The draft.
        frame: Its labels must begin with different letters.
        written_by: Who wrote it; also the head of every row's id and group.

    Raises:
        DataError: A line cannot be read; names file and line.
        FrameError: Two labels begin with the same letter.
    """
    letters = {name[0].upper(): name for name in frame.label_names}
    if len(letters) < len(frame.label_names):
        raise FrameError(
            f"{frame.name}: labels begin with the same letter, so drafts are ambiguous; write jsonl or csv"
        )
    rows: list[LabelledQuote] = []
    for quote in _quotes(Path(path), frame, letters, written_by):
        texts = [row.text for row in quote]
        for place, row in enumerate(quote):
            others = " ".join(texts[:place] + texts[place + 1 :])
            rows.append(replace(row, id=f"{written_by}-{len(rows) + 1:04}", context=others))
    return with_splits(rows)


def _quotes(path: Path, frame: Frame, letters: dict[str, str], written_by: str) -> Iterator[list[LabelledQuote]]:
    group, topic, year, speaker, role = "", "", None, "", ""
    quote: list[LabelledQuote] = []
    groups = 0
    for number, line in enumerate(read_text(path).splitlines(), 1):
        where = f"{path}:{number}"
        if line.startswith("## "):
            head = [part.strip() for part in line[3:].split("|")]
            groups += 1
            group = f"{written_by}/{groups:03} {head[0]}"
            year = int(head[1]) if len(head) > 1 and head[1].isdigit() else None
            topic = head[2] if len(head) > 2 else ""
            speaker = role = ""
        elif line.startswith("@ "):
            head = [part.strip() for part in line[2:].split("|", 1)]
            speaker = "" if head[0] == "—" else head[0]
            role = head[1] if len(head) > 1 else ""
        elif line.strip():
            match = _LINE.fullmatch(line.strip())
            if not match or match[1].upper() not in letters:
                raise DataError(
                    f"{where}: want a stance letter ({', '.join(letters)}), a sentiment (+, 0 or -) and a sentence, "
                    f"such as '{next(iter(letters))}0 They will meet in May.'"
                )
            if frame.sentiment and not match[2]:
                raise DataError(f"{where}: the sentiment is missing; write +, 0 or - after the stance letter")
            quote.append(
                LabelledQuote(
                    id="",
                    text=match[4].strip(),
                    stance=letters[match[1].upper()],
                    sentiment=_TONES[match[2]] if match[2] else None,
                    speaker=speaker,
                    role=role,
                    group=group or f"{written_by}/000",
                    written_by=written_by,
                    topic=topic,
                    year=year,
                    hard=match[3] or "",
                    source=where,
                )
            )
            continue
        # anything but a sentence ends the quote before it
        if quote:
            yield quote
            quote = []
    if quote:
        yield quote


def add_draft(folder: str | Path, draft: str | Path, written_by: str) -> int:
    """Add a draft's rows to a frame's `quotes.jsonl`; what is there stays, and the file is replaced whole.

    Returns:
        How many rows were added.

    Raises:
        FrameError: There is no such frame.
        DataError: The draft cannot be read, or this writer's rows are there already.
    """
    frame = load_frame(folder)
    path = Path(folder) / "quotes.jsonl"
    rows = read_draft(draft, frame, written_by)
    before = read_quotes(path) if path.is_file() else []
    if {row.id for row in before} & {row.id for row in rows}:
        raise DataError(
            f"{path}: there are rows of {written_by!r} already; name this draft's writer differently (--by)"
        )
    write_quotes(path, [*before, *rows])
    return len(rows)
