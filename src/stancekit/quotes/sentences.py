"""Sentence boundaries that survive initials, "U.S.", "No. 1", ellipses and titles before a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stancekit.quotes.wordset import wordset
from stancekit.records import Span

_END = re.compile(r"[.!?…。！？]+[\"”’'»›」』)\]]*|[\n\r\u2028\u2029]\s*")
_WORD_BEFORE = re.compile(r"[\w.&’'-]*\Z")
# Abbreviations that are followed by a name or a number far more often than by a new sentence.
_NEVER_LAST = wordset(
    """
    mr mrs ms mx dr prof sen sens rep reps gov govs gen lt col sgt capt cpl pvt maj cmdr adm rev hon pres
    st mt ft amb atty supt det insp sr sra mme mlle msgr fr vs v no nos fig art sec op vol pp ed al jan
    feb mar apr jun jul aug sep sept oct nov dec ala ariz ark calif colo conn del fla ga ill ind kan ky la
    md mass mich minn miss mo mont neb nev okla ore pa tenn tex va vt wash wis wyo approx ca cf e.g i.e
    viz
    """
)
# Abbreviations that may end a sentence: what follows decides.
_MAYBE_LAST = wordset("inc corp co ltd llc plc bros jr etc a.m p.m u.s u.k u.n e.u d.c ph.d m.d b.a m.a")
_STARTERS = wordset(
    """
    the a an he she it they we i you this that these those there but and so if when while as in on at for
    his her their our my its what who why how no yes not some many most all one after before since with by
    however meanwhile still yet now then or nor
    """
)


def sentence_ends(text: str, start: int, end: int) -> Iterator[int]:
    """Offsets just behind each sentence that ends in ``text[start:end]``, the last one included."""
    for found in _END.finditer(text, start, end):
        stop = found.end()
        if stop >= end:
            break
        mark = text[found.start()]
        if mark in "\n\r\u2028\u2029":
            if _complete(text, start, found.start()):
                yield found.start()
            continue
        if is_sentence_end(text, found.start(), stop, end):
            yield stop
    if end > start:
        yield end


def is_sentence_end(text: str, mark: int, stop: int, end: int) -> bool:
    """Whether the punctuation at ``text[mark:stop]`` ends a sentence, given what follows before ``end``."""
    if text[mark] in "。！？":
        return True
    if stop < end and not text[stop].isspace():
        return False
    following = stop
    while following < end and text[following].isspace():
        following += 1
    if following >= end:
        return True
    after = text[following]
    if after in "\"“‘'«‹„([":
        after = text[following + 1 : following + 2] or after
    if after.islower():
        return False
    if text[mark] == "." and stop == mark + 1:
        return _period_ends(text, mark, following, end, after)
    return True


def _period_ends(text: str, mark: int, following: int, end: int, after: str) -> bool:
    found = _WORD_BEFORE.search(text, max(0, mark - 20), mark)
    word = found.group().lower() if found else ""
    if word in _NEVER_LAST:
        return (
            not after.isdigit()
            if word in ("no", "al", "ca", "mass", "miss", "mar", "ill", "art")
            and (not after.isalpha() or _next_word(text, following, end) in _STARTERS)
            else False
        )
    if word in _MAYBE_LAST:
        return _next_word(text, following, end) in _STARTERS
    letters = word.replace(".", "")
    if len(letters) == 1 and letters.isalpha() and letters != "i":
        return _next_word(text, following, end) in _STARTERS  # an initial, or "plan B."
    if "." in word and all(len(part) == 1 for part in word.split(".")):
        return _next_word(text, following, end) in _STARTERS
    return True


def _next_word(text: str, start: int, end: int) -> str:
    stop = start
    if stop < end and not text[stop].isalnum():
        stop = start = start + 1
    while stop < end and stop < start + 20 and text[stop].isalnum():
        stop += 1
    return text[start:stop].lower()


def _complete(text: str, start: int, end: int) -> bool:
    """Whether the line before a line break stands alone, or was only wrapped."""
    line = text[max(start, end - 3) : end].rstrip()
    if line and line[-1] in ".!?…:\"”’'»」』":
        return True
    following = text[end : end + 8]
    return following.count("\n") > 1 or following.count("\r") > 1 or "\u2029" in following


def split_ranges(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences of ``text[start:end]`` as offsets, without surrounding white space."""
    ranges = []
    begin = start
    for stop in sentence_ends(text, start, end):
        left, right = strip(text, begin, stop)
        if left < right:
            ranges.append((left, right))
        begin = stop
    return ranges


def strip(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def split_sentences(text: str) -> list[Span]:
    """The sentences of a text.

    Example:
        >>> [s.text for s in split_sentences("The U.S. team met Mr. Li at 5 p.m. They talked.")]
        ['The U.S. team met Mr. Li at 5 p.m.', 'They talked.']
    """
    return [Span(a, b, text[a:b]) for a, b in split_ranges(text, 0, len(text))]
