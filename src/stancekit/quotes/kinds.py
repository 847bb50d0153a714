"""Speech, words woven into a sentence, or marks around a term: what a marked stretch is."""

from __future__ import annotations

from collections.abc import Sequence

from stancekit.quotes.attribution import Attribution
from stancekit.quotes.cues import AUXILIARIES, CALL, CONJUNCTIONS, CUES, PREPOSITIONS
from stancekit.quotes.phrases import Token, is_word
from stancekit.quotes.wordset import wordset
from stancekit.records import QuoteKind

# Verbs whose short quoted object is a thing, not words: "announced a “bridge” plan".
_THINGS = wordset(
    "announce launch publish release post propose offer order pass reveal sing read fire shoot push go put"
)
_TITLED = wordset(
    """
    titled entitled nicknamed song album book novel film movie show series episode essay poem play
    painting magazine column headlined hashtag podcast documentary memoir so-called known dubbed program
    named slogan banner sign word words term terms phrase
    """
)
_WORKS = wordset(
    """
    titled entitled song album book novel film movie show series episode essay poem play painting magazine column
    podcast documentary memoir program programme
    """
)
_SMALL = wordset("a an and are as at by for from in into is it my of on or the to with your our & vs. vs")


def kind_of(
    text: str,
    start: int,
    end: int,
    before: list[Token],
    after: list[Token],
    found: Attribution | None,
    goes_on: bool = False,
) -> QuoteKind:
    """The kind of the stretch ``text[start:end]`` between the words ``before`` and ``after`` it.

    Args:
        found: The attribution beside the stretch.
        goes_on: A quote stands before it in the same paragraph.
    """
    words = text.count(" ", start, end) + 1
    first, closing = text[start], text[end - 1]
    complete = closing in '.?!…。！？"”’'
    stands_alone = not before and complete
    whole = not first.islower()
    led_by = bool(before) and before[-1].word in ",:"
    if before and before[-1].word in "=@":
        return "mention"  # an attribute of a tag
    if found is None and (_is_named(before, after) or _is_listed(before, after)):
        return "mention"
    if before and words <= 12 and _is_work(before) and _is_title(text[start:end], (), False, None):
        return "mention"
    if (
        words <= 12
        and closing not in "?!"
        and (closing != "." or before)
        and _is_title(text[start:end], before, led_by, found)
    ):
        return "mention"
    if found is None:
        if words >= 4:
            return "speech" if stands_alone or (whole and complete) else "partial"
        return "speech" if stands_alone and whole and closing in ".?!" and (goes_on or words > 1) else "mention"
    touching = bool(after) and (after[0].word == "," or (found.cue is not None and found.cue[0] == after[0].start))
    if whole and not before and (complete or closing == "," or touching):
        return "speech"
    if whole and closing in ",.?!…—–-" and (words > 3 or not before or led_by):
        return "speech"
    if whole and led_by and words > 3:
        return "speech"
    if words > 3:
        return "partial"
    behind = found.cue is not None and found.cue[0] > end and found.confidence >= 0.95 and closing == ","
    return "partial" if behind or found.reason.startswith("named") else _short(words, before, after)


def _is_named(before: list[Token], after: list[Token]) -> bool:
    """Whether the words in marks stand for a thing as an adjective does: launched the “…” campaign."""
    if not before or not after or not after[0].word.islower() or after[0].low in PREPOSITIONS:
        return False
    if after[0].low in CONJUNCTIONS or after[0].low in AUXILIARIES or after[0].low in CUES:
        return False
    return before[-1].low in ("a", "an", "the", "this", "that") or before[-1].low.endswith(("’s", "'s"))


def _is_work(before: list[Token]) -> bool:
    """Whether the words name a book, a play or the like right before its title."""
    last = before[-2].low if before[-1].word == "," and len(before) > 1 else before[-1].low
    if last == "called" and len(before) > 1:
        last = before[-2].low
    return last in _WORKS


def _is_listed(before: list[Token], after: list[Token]) -> bool:
    """Whether the marks stand as around a title: (“…,” the paper, Monday), “…” (2005), “…,” by Roe."""
    if before and before[-1].word == "(":
        return len(after) > 1 and after[0].word != ")"
    if len(after) > 1 and after[0].word == "(":
        return after[1].word.isdigit()
    return len(after) > 1 and after[0].low == "by" and after[1].word[0].isupper()


def _is_title(quoted: str, before: Sequence[Token], led_by: bool, found: Attribution | None) -> bool:
    """Whether every word that can be is capitalised, as in the title of a show or a song."""
    parts = quoted.rstrip(",;.?!").split()
    capitals = sum(part[0].isupper() or part[0].isdigit() for part in parts)
    if capitals < 2 or (
        capitals < len(parts) and any(part[0].islower() and part.lower() not in _SMALL for part in parts)
    ):
        return False
    if not before:
        return found is None
    named = any(word.low in CALL for word in before[-5:-1])
    return not (led_by or named or before[-1].low in CUES)


def _short(words: int, before: list[Token], after: list[Token]) -> QuoteKind:
    """A few words inside a sentence that has a cue: said by somebody, or only a term?"""
    if before and before[-1].low in _TITLED:
        return "mention"
    for k in range(len(before) - 1, max(-1, len(before) - 25), -1):
        low = before[k].low
        if low not in CUES:
            continue
        lemma = CUES[low]
        if lemma in _THINGS:
            return "mention"
        if low in CALL and len(before) - k <= 8:
            return "partial"
        modifies = bool(after) and after[0].word.islower() and is_word(after[0].word)
        if modifies and words <= 2 and len(before) - k > 2 and before[-1].low in ("a", "an", "the", "new", "so-called"):
            return "mention"
        return "partial"
    return "partial" if not before or (after and after[0].word == ",") else "mention"
