"""Which of the words around a quote is the verb that attributes it."""

from __future__ import annotations

from stancekit.quotes.cues import AUXILIARIES, CUES, DETERMINERS, NOUNLIKE, PREPOSITIONS, SUBJECT_PRONOUNS
from stancekit.quotes.phrases import Token, is_capital, is_possessive
from stancekit.quotes.subjects import STOPS
from stancekit.quotes.wordset import wordset

CORE = wordset(
    """
    say tell add write tweet claim argue state note warn call describe insist declare announce suggest
    explain acknowledge ask contend maintain assert allege predict accuse dismiss denounce label dub brand
    criticize criticise characterize blast slam respond reply continue conclude stress emphasize urge vow
    promise pledge report testify read complain concede admit point recall joke observe remark reiterate
    """
)
"""Verbs that attribute also when they stand far from the marks."""
UNREAL = wordset("to would will could should can may might must won’t won't wouldn’t wouldn't")


def verb_after(words: list[Token], start: int) -> int | None:
    """The first word from ``start`` on that is a cue and a verb; what stands in brackets is passed over."""
    k = start
    stop = min(len(words), start + 40)
    while k < stop:
        word = words[k]
        low = word.low
        if word.word == "(":
            close = next((i for i in range(k + 1, min(stop, k + 12)) if words[i].word == ")"), None)
            if close is None:
                return None
            k = close + 1
            continue
        if (
            low in CUES
            and not low.endswith("ing")
            and word.word.islower()
            and (low not in NOUNLIKE or is_verb(words, k))
        ):
            return k
        if word.word in STOPS:
            return None
        k += 1
    return None


def is_verb(words: list[Token], k: int) -> bool:
    """Whether a word that may be a noun ("reports") stands as a verb: beside a plain subject."""
    if k == 0:
        return False
    before = words[k - 1]
    low = before.low
    if low in SUBJECT_PRONOUNS or low in ("also", "then", "later", "who", "to"):
        return True
    if low in DETERMINERS or low in PREPOSITIONS or low in AUXILIARIES or is_possessive(low):
        return False
    if words[k].low.endswith("ed"):
        return True
    if k + 1 < len(words) and words[k + 1].low in ("of", "and", "or", "for", "from", "between"):
        return False
    return is_capital(before.word) or before.word == ","


def may_be_verb(words: list[Token], k: int) -> bool:
    """Whether a noun-like form right before the quote can be its verb: "the ad claims “…”"."""
    if k == 0:
        return False
    low = words[k - 1].low
    return not (
        low in DETERMINERS or low in PREPOSITIONS or low.endswith(("’s", "'s")) or words[k].low.endswith("ing")
    ) and (words[k].low != CUES[words[k].low] or (is_capital(words[k - 1].word) and low.endswith("s")))


def skip_adverbs(words: list[Token], i: int) -> int:
    """The first word from ``i`` on that is no adverb of time."""
    while i < len(words) and words[i].low in ("later", "also", "today", "yesterday", "then"):
        i += 1
    return i
