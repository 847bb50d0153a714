"""The reporter's words around a mention: where its sentence begins, and where what is said begins."""

from __future__ import annotations

from stancekit.quotes.mentions import TELLS
from stancekit.quotes.phrases import phrase_at, tokens
from stancekit.quotes.sentences import is_sentence_end
from stancekit.quotes.subjects import lead_phrase

_READ_BACK = 350
_TRIED = 12


def sentence_start(text: str, at: int) -> int:
    """Where the sentence around an offset begins, at most a window before it."""
    begin = max(0, at - _READ_BACK)
    stop = at
    for _ in range(_TRIED):
        stop = max(text.rfind(mark, begin, stop) for mark in (". ", "? ", "! ", "\n"))
        if stop < 0:
            break
        if text[stop] == "\n" or is_sentence_end(text, stop, stop + 1, at):
            return stop + 1
    return begin


def goes_on(text: str, start: int, stop: int) -> bool:
    """Whether a stretch continues the sentence of the quote before it: "…” if she wins."."""
    before = text[max(0, start - 4) : start].rstrip(" ”\"’'»")
    for i in range(start, min(stop, start + 12)):
        if text[i].isalnum():
            return start > 0 and (text[i].islower() or before[-1:].isalnum())
    return False


def before_woven(text: str, begin: int, end: int) -> int:
    """The end of the words that tell of the speaker: not "Roe “ruined” us, he said", where Roe is spoken of."""
    before = text[begin:end].rstrip(" \u00a0\n“\"‘'«„")
    if not before or before[-1] in '.?!:,—–-”"':
        return end
    start = max(begin, sentence_start(text, end))
    words = tokens(text, start, begin + len(before))
    lead = lead_phrase(words, 0, len(words))
    return start if lead is not None and lead.last == len(words) - 1 else end


def hearer(text: str, end: int) -> str | None:
    """Whom the pronoun that ends at an offset told something: never the pronoun itself."""
    words = tokens(text, end, min(len(text), end + 60))
    told = phrase_at(words, 1) if len(words) > 1 and words[0].low in TELLS else None
    if told is None or told.kind != "name":
        return None
    return text[told.start : told.end]
