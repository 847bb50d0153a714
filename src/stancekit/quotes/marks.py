"""Quotation marks: which characters open and close a quoted stretch, and how the stretches nest.

One pass over the marks with a stack. A mark's role comes from its shape where the shape tells
(“ opens), and from its neighbours where it does not. A mark that finds no partner costs its own
quote only: the stack is settled at the end of every paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from stancekit.quotes.wordset import wordset

_EVENT = re.compile(r"[\"“”„‟″＂«»‹›「」『』‘’‚‛'′`]")
_RUN = re.compile(_EVENT.pattern + "+")
_LONGEST_RUN = 8
"""More marks in a row are a rule or noise."""
_BREAK = re.compile(r"[\n\r\u2028\u2029]\s*")

_FAMILY = (
    dict.fromkeys('"“”„‟″＂', "double")
    | dict.fromkeys("‘’‚‛'′`", "single")
    | dict.fromkeys("«»", "guillemet")
    | dict.fromkeys("‹›", "small guillemet")
    | dict.fromkeys("「」", "corner")
    | dict.fromkeys("『』", "white corner")
)
_OPENS = frozenset("“„‟‘‚‛«‹「『`")
_CLOSES = frozenset("”’»›」』")
_BEFORE_OPENING = frozenset("([{<—–-―/…:;,=*|>\"“„‘‚«‹「『'")

# Words that drop their beginning behind an apostrophe: never the start of a quote.
_ELIDED = wordset("em tis twas til till cause bout round n nuff neath cuz coz ere gainst twill twere kay sup s t")
_SAID = wordset("said says added adds told wrote")
_LONGEST_UNOPENED = 600
_DEPTH = 24
"""Deeper marks are read as strays, so that a page of opening marks stays cheap."""


class Marked:
    """A stretch between marks: its quoted fragments, the marks around it and what nests in it."""

    __slots__ = ("children", "closed", "family", "fragments", "outer_end", "outer_start")

    def __init__(self, family: str, outer_start: int, content_start: int) -> None:
        self.family = family
        self.outer_start = outer_start
        self.outer_end = content_start
        self.fragments: list[tuple[int, int]] = [(content_start, content_start)]
        self.children: list[Marked] = []
        self.closed = False

    @property
    def start(self) -> int:
        """Where the quoted text begins."""
        return self.fragments[0][0]

    @property
    def end(self) -> int:
        """Where the quoted text ends."""
        return self.fragments[-1][1]

    def finish(self, content_end: int, outer_end: int, closed: bool = True) -> None:
        """End the stretch: its text at ``content_end``, its mark at ``outer_end``."""
        self.fragments[-1] = (self.fragments[-1][0], content_end)
        self.outer_end = outer_end
        self.closed = closed


class Paragraphs:
    """Where the paragraphs of a text begin and end; a lone line break counts as a soft one."""

    __slots__ = ("ends", "hard", "starts")

    def __init__(self, text: str) -> None:
        self.starts: list[int] = [0]
        self.ends: list[int] = []
        self.hard: list[bool] = []
        for found in _BREAK.finditer(text):
            gap = found.group()
            lines = max(gap.count("\n"), gap.count("\r"), gap.count("\u2028"))
            hard = lines > 1 or "\u2029" in gap
            if not hard and not _ends_a_paragraph(text, found.start()):
                continue  # a wrapped line
            self.ends.append(found.start())
            self.hard.append(hard)
            self.starts.append(found.end())
        self.ends.append(len(text))
        self.hard.append(True)

    def index(self, position: int) -> int:
        """The paragraph that holds an offset."""
        return bisect_right(self.starts, position) - 1

    def around(self, position: int) -> tuple[int, int]:
        """Start and end of the paragraph that holds an offset."""
        i = self.index(position)
        return self.starts[i], self.ends[i]


def _ends_a_paragraph(text: str, at: int) -> bool:
    """Whether the line that a single line break ends was complete: it stops with a full stop or the like."""
    before = text[max(0, at - 3) : at].rstrip()
    return bool(before) and before[-1] in ".!?…:\"”’'»」』)"


def _ends_attributed(text: str, start: int, end: int) -> bool:
    """Whether an unclosed paragraph stops with its own attribution (", said Li."): its mark is missing."""
    comma = text.rfind(",", max(start, end - 80), end)
    tail = text[comma + 1 : end].split() if comma >= 0 else []
    return len(tail) < 9 and any(word.rstrip(".") in _SAID for word in tail[:5])


def find_marked(text: str, paragraphs: Paragraphs) -> list[Marked]:
    """All outermost stretches between marks, in order, with what nests in them."""
    return _Pairing(text, paragraphs).run()


class _Pairing:
    """The state of one pass: the open stretches and the finished outermost ones."""

    def __init__(self, text: str, paragraphs: Paragraphs) -> None:
        self.text = text
        self.paragraphs = paragraphs
        self.stack: list[Marked] = []
        self.done: list[Marked] = []
        self.skip_to = 0
        self.paragraph = 0

    def run(self) -> list[Marked]:
        text = self.text
        ends, last = self.paragraphs.ends, len(self.paragraphs.ends) - 1
        paragraph = 0
        for found in _RUN.finditer(text):
            at, stop = found.span()
            while paragraph < last and at >= ends[paragraph]:
                self.end_paragraph(paragraph)
                paragraph += 1
            if stop - at > _LONGEST_RUN:
                continue
            self.paragraph = paragraph
            while at < stop:
                mark = text[at]
                double = mark in "'`’‘" and at + 1 < stop and text[at + 1] == mark
                width = 2 if double else 1  # two single marks typed for a double one
                if at >= self.skip_to:
                    self.take(at, width, mark, "double" if double else _FAMILY[mark])
                at += width
        while paragraph < last:
            if not self.stack:
                break
            self.end_paragraph(paragraph)
            paragraph += 1
        self.end_paragraph(last)
        return self.done

    def take(self, at: int, width: int, mark: str, family: str) -> None:
        before = self.text[at - 1] if at else " "
        after = self.text[at + width] if at + width < len(self.text) else " "
        if mark in "'’" and width == 1 and before.isalnum() and after.isalnum():
            return  # an apostrophe inside a word
        can_open = (before.isspace() or before in _BEFORE_OPENING) and not after.isspace()
        can_close = not before.isspace() and (not after.isalnum() or before in ".,!?…")
        open_here = self.innermost(family)
        if family == "double":
            if before.isdigit() and mark in '"″' and self.is_measure(at, open_here is not None):
                return
            self.take_double(at, width, mark, open_here, can_open, can_close)
        elif family == "single":
            self.take_single(at, mark, open_here, can_open, can_close, before, after)
        elif family in ("corner", "white corner"):
            self.open(family, at, width) if mark in _OPENS else self.close(open_here, at, width)
        elif open_here is None:
            if can_open or mark in _OPENS:
                self.open(family, at, width)
        elif mark in _CLOSES or (can_close and not can_open) or not can_open:
            self.close(open_here, at, width)  # »so herum« closes with an opening shape
        else:
            self.open(family, at, width)

    def take_double(
        self, at: int, width: int, mark: str, open_here: Marked | None, can_open: bool, can_close: bool
    ) -> None:
        if open_here is None:
            # A closing shape opens only where it plainly stands before a word (” … ”).
            if mark == "”" and (not can_open or can_close):
                self.missing_opening(at)
                return
            if not can_open and can_close and mark not in "“„":
                self.missing_opening(at)
                return
            if can_open or not can_close or mark in "“„":
                self.open("double", at, width)
        elif mark == "”" or (can_close and not (mark in "“„" and can_open)):
            self.close(open_here, at, width)
        elif mark in "“„" and can_open:
            self.open("double", at, width)
        elif can_open:  # a second straight mark that can only open: the first was never closed
            self.drop_from(self.stack.index(open_here), at)
            self.open("double", at, width)
        else:
            self.close(open_here, at, width)

    def missing_opening(self, at: int) -> None:
        """A closing mark alone: its quote began with the paragraph, if no other mark stands before it."""
        start = self.paragraphs.starts[self.paragraph]
        if self.stack or not 0 < at - start < _LONGEST_UNOPENED or self.text[at - 1] not in ",.?!":
            return
        if self.done and self.done[-1].outer_end > start:
            return
        marked = Marked("double", start, start)
        marked.finish(at, at + 1, closed=False)
        self.done.append(marked)

    def take_single(
        self,
        at: int,
        mark: str,
        open_here: Marked | None,
        can_open: bool,
        can_close: bool,
        before: str,
        after: str,
    ) -> None:
        if open_here is not None and not before.isspace() and not after.isalnum():
            if mark not in "‘‚‛`" and not self.is_possessive(at, before):
                self.close(open_here, at, 1)
            return
        if not can_open or mark == "′":
            return
        if mark in "'’" and (after.isdigit() or self.word_after(at) in _ELIDED):
            return
        if mark == "’" or not (after.isalnum() or after in '[($€£“"«…¿¡'):
            return
        self.open("single", at, 1)

    def is_possessive(self, at: int, before: str) -> bool:
        """Whether a mark behind a plural ("the players' union") leaves a better closing mark to come."""
        if before not in "sSzx":
            return False
        text = self.text
        if not text[at + 1 : at + 3].strip().isalpha():
            return False
        ahead = _EVENT.search(text, at + 1, min(len(text), at + 400))
        while ahead is not None:
            i = ahead.start()
            if text[i] in "'’" and not text[i - 1].isspace() and not text[i + 1 : i + 2].isalnum():
                return True
            if text[i] not in "'’":
                return False
            if text[i - 1].isspace():
                return False
            ahead = _EVENT.search(text, i + 1, min(len(text), at + 400))
        return False

    def is_measure(self, at: int, inside: bool) -> bool:
        """Whether a mark behind a digit stands for inches or seconds."""
        if not inside:
            return True
        # Inside a quote it may close it: an inch mark has a better closing mark further on.
        ahead = _EVENT.search(self.text, at + 1, min(len(self.text), at + 400))
        while ahead is not None:
            i = ahead.start()
            if self.text[i] in '"”″':
                before, after = self.text[i - 1], self.text[i + 1 : i + 2]
                return not before.isspace() and not after.isalnum() and self.text[at + 1] not in ",.;:"
            if self.text[i] not in "'’′":
                return False
            ahead = _EVENT.search(self.text, i + 1, min(len(self.text), at + 400))
        return False

    def word_after(self, at: int) -> str:
        word = self.text[at + 1 : at + 9]
        for i, c in enumerate(word):
            if not c.isalnum():
                return word[:i].lower()
        return word.lower()

    def innermost(self, family: str) -> Marked | None:
        for marked in reversed(self.stack):
            if marked.family == family:
                return marked
        return None

    def open(self, family: str, at: int, width: int) -> None:
        if len(self.stack) < _DEPTH:
            self.stack.append(Marked(family, at, at + width))

    def close(self, marked: Marked | None, at: int, width: int) -> None:
        if marked is None:
            return
        i = self.stack.index(marked)
        self.drop_from(i + 1, at)
        self.stack.pop()
        marked.finish(at, at + width)
        self.keep(marked)

    def keep(self, marked: Marked) -> None:
        (self.stack[-1].children if self.stack else self.done).append(marked)

    def drop_from(self, i: int, at: int) -> None:
        """Give up the stretches from ``i`` in the stack: what they hold moves up a level."""
        while len(self.stack) > i:
            lost = self.stack.pop()
            cut = lost.children[0].outer_start if lost.children else at
            if lost.family == "double" and not self.stack:
                begun = [*lost.fragments[:-1], (lost.fragments[-1][0], cut)]
                lost.fragments = [(a, min(b, cut)) for a, b in begun if a < cut] or [(lost.start, lost.start)]
                lost.finish(lost.end, lost.end, closed=False)
                kept, lost.children = lost.children, []
                self.keep(lost)
                self.done.extend(kept)
            else:
                (self.stack[-1].children if self.stack else self.done).extend(lost.children)

    def end_paragraph(self, paragraph: int) -> None:
        """Carry an open quote into the next paragraph where it goes on there; settle it otherwise."""
        if not self.stack:
            return
        text, outer = self.text, self.stack[0]
        end = self.paragraphs.ends[paragraph]
        if paragraph + 1 < len(self.paragraphs.starts) and outer.family != "single":
            start = self.paragraphs.starts[paragraph + 1]
            mark = text[start : start + 1]
            opener = text[outer.outer_start]
            if _ends_attributed(text, self.stack[-1].start, end):
                self.drop_from(0, end)
                return
            if mark and (mark == opener or (mark in _OPENS and _FAMILY.get(mark) == outer.family)):
                self.drop_inner(end)
                outer.fragments[-1] = (outer.fragments[-1][0], end)
                outer.fragments.append((start + 1, start + 1))
                self.skip_to = max(self.skip_to, start + 1)
                return
            if outer.family in ("corner", "white corner") or self.closes_later(outer, start, paragraph + 1):
                self.drop_inner(end)
                outer.fragments[-1] = (outer.fragments[-1][0], end)
                outer.fragments.append((start, start))
                return
        self.drop_from(0, end)

    def drop_inner(self, end: int) -> None:
        outer = self.stack[0]
        for inner in self.stack[1:]:
            outer.children.extend(inner.children)
        del self.stack[1:]

    def closes_later(self, outer: Marked, start: int, paragraph: int) -> bool:
        """Whether the first double mark of the next paragraph closes: the quote runs on unmarked."""
        limit = min(self.paragraphs.ends[paragraph], start + 1500)
        for found in _EVENT.finditer(self.text, start, limit):
            at = found.start()
            if _FAMILY[self.text[at]] != outer.family:
                continue
            before = self.text[at - 1]
            after = self.text[at + 1 : at + 2] or " "
            closes = not before.isspace() and before not in "([{" and not after.isalnum()
            return closes and self.text[at] not in "“„«"
        return False
