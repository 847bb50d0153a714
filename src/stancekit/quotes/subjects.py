"""The subject of a verb, read backwards over adverbs, appositives and relative clauses."""

from __future__ import annotations

from itertools import pairwise

from stancekit.quotes.cues import (
    AUXILIARIES,
    COMMON_VERBS,
    CONJUNCTIONS,
    DETERMINERS,
    NOUNLIKE,
    PREPOSITIONS,
    SCENE_NOUNS,
    SUBJECT_PRONOUNS,
)
from stancekit.quotes.phrases import CUES_FINITE, Phrase, Token, is_capital, is_word, phrase_at
from stancekit.quotes.wordset import wordset

STOPS = frozenset([*';:“”"«»()[]–—―', "“”"])
"""Marks that no subject crosses."""


def subject_of(words: list[Token], low: int, k: int) -> Phrase | None:
    """The subject of the verb at ``k``, read backwards over adverbs, appositives and relative clauses."""
    j = k - 1
    while (
        j >= low
        and k - j < 40
        and words[j].word.islower()
        and (words[j].low in AUXILIARIES or words[j].low.endswith("ly"))
    ):
        j -= 1
    if j < low:
        return None
    word = words[j]
    if word.low in ("who", "which", "that"):
        j -= 1
        if j >= low and words[j].word == ",":
            j -= 1
        found = phrase_ending(words, low, j)
        return found if found is not None and found.last == j else _name_ending(words, low, j) or found
    if word.word == ",":
        return _head_before_commas(words, low, j)
    if word.word in "—–-―":
        c = j - 1
        while c > low and words[c].word != word.word:
            c -= 1
        return phrase_ending(words, low, c - 1) if c > low else None
    if word.low in ("and", "or", "but", "then"):
        verb = next((i for i in range(j - 1, max(low, j - _JOINED), -1) if _is_plain_cue(words, i)), None)
        return subject_of(words, low, verb) if verb is not None else lead_phrase(words, low, j)
    return phrase_ending(words, low, j)


_JOINED = 25
"""Words between two verbs of one subject."""


def _is_plain_cue(words: list[Token], k: int) -> bool:
    """Whether a word is an active verb of saying whatever stands around it."""
    low = words[k].low
    passive = words[k - 1].low in ("is", "was", "were", "been", "be", "being") or words[k + 1].low == "by"
    joined = not is_word(words[k - 1].word)
    return low in CUES_FINITE and low not in NOUNLIKE and words[k].word.islower() and not passive and not joined


def _name_ending(words: list[Token], low: int, j: int) -> Phrase | None:
    """The name whose last word is ``j``: "It would fall to Mayor Dana Roe, who said"."""
    i = j
    while i > low and (is_capital(words[i - 1].word) or words[i - 1].word == "."):
        i -= 1
    phrase = phrase_at(words, i) if j > i and is_capital(words[i].word) else None
    return phrase if phrase is not None and phrase.kind == "name" and phrase.last == j else None


def phrase_ending(words: list[Token], low: int, j: int) -> Phrase | None:
    """The noun phrase whose last word is ``j``, or whose head ``j`` still belongs to."""
    if j >= low and words[j].word in ")]":
        while j > low and words[j].word not in "([":
            j -= 1
        j -= 1
    c = j
    while c >= low and j - c < 40:
        word = words[c]
        if word.word in STOPS or word.word in ",\ufffc" or (word.low in CONJUNCTIONS and word.low != "and"):
            break
        if c < j and (word.low in CUES_FINITE and word.low not in NOUNLIKE):
            break
        c -= 1
    if c > low and words[c].low in ("who", "which", "whom", "that"):
        inner = phrase_at(words, c + 1) if c + 1 <= j and _begins_subject(words[c + 1]) else None
        if inner is not None and (inner.last >= j or _goes_on(words, inner.last + 1, j)):
            return inner if inner.last <= j else inner._replace(last=j, end=words[j].end)
    if c > low and words[c].low in ("who", "which"):
        before = c - 1
        if words[before].word == ",":
            before -= 1
        return phrase_ending(words, low, before) if before >= low else None
    first = c + 1
    while first < j and words[first].low in ("and", "but", "so", "yet"):
        first += 1
    head = phrase_at(words, first) if first <= j else None
    if head is not None and (head.last >= j or _goes_on(words, head.last + 1, j)):
        return _cut(words, head, j)
    if low < first <= j and words[first].low in PREPOSITIONS and words[first - 1].low in ("and", "but"):
        return subject_of(words, low, first)  # "and in a statement said"
    for i in range(first, j + 1):
        phrase = phrase_at(words, i)
        if phrase is not None and phrase.last >= j:
            scene = i - 1 > low and words[i - 1].low in ("in", "at", "on", "during") and words[j].low in SCENE_NOUNS
            if scene:
                return subject_of(words, low, i - 1)  # "and in a statement said"
            return _cut(words, phrase, j)
    return None


def _cut(words: list[Token], phrase: Phrase, j: int) -> Phrase | None:
    """The phrase up to word ``j``, if a noun is left of it."""
    if phrase.last <= j:
        return phrase
    return None if words[j].low in DETERMINERS else phrase._replace(last=j, end=words[j].end)


def _begins_subject(token: Token) -> bool:
    return is_capital(token.word) or token.low in SUBJECT_PRONOUNS or token.low in DETERMINERS


def _goes_on(words: list[Token], i: int, j: int) -> bool:
    """Whether the words from ``i`` to ``j`` only narrow a noun: "a letter obtained by the agency"."""
    low = words[i].low
    if low in PREPOSITIONS or words[i].word == "(":
        return True
    if not low.endswith(("ed", "ing")) or i >= j or words[i + 1].low not in PREPOSITIONS:
        return False
    return words[i - 1].word.islower() or words[i + 1].low == "by"


_RELATIVE = ("who", "that")
_SCENE = ("on", "in", "at", "during")
_OPENERS = wordset(
    "meanwhile then now still later instead was were is are did does do has have had can could would should"
)


def lead_phrase(words: list[Token], low: int, high: int) -> Phrase | None:
    """The first noun phrase of a clause that can be its subject."""
    i = _behind_dateline(words, low, high)
    aside: Phrase | None = None
    while i < high:
        while i < high and (words[i].low in ("and", "but", "so", "yet") or not is_word(words[i].word)):
            i += 1
        if i + 1 < high and words[i].low in _OPENERS and is_capital(words[i + 1].word):
            i += 1  # "Meanwhile Roe, who won, spoke", "Was Roe pleased?"
        if i >= high:
            return aside
        phrase = phrase_at(words, i)
        if phrase is not None and words[i].low not in ("there", "this", "that", "back"):
            behind = words[phrase.last + 1] if phrase.last + 1 < high else None
            bare = phrase.kind == "name" and (behind is None or behind.word not in ",.")  # "in Velmar, N.V., Roe"
            if i == low or bare or phrase.kind == "pronoun" or (behind is not None and starts_verb(behind)):
                return phrase
            aside = aside or phrase  # "Preceded by Li, the minister, Roe spoke": go on to Roe
        # an opening phrase ("On Monday, …"): go on behind its comma
        comma = i
        while comma < high and words[comma].word != ",":
            comma += 1
        for k in range(i + 1, comma) if comma >= high or words[i].low in _SCENE else ():
            phrase = phrase_at(words, k)
            acts = phrase is not None and phrase.last + 1 < len(words) and starts_verb(words[phrase.last + 1])
            if phrase is not None and acts and comma >= high:
                return phrase
            if phrase is not None and acts and phrase.kind == "name" and words[phrase.last + 1].low not in _RELATIVE:
                return phrase  # "On Monday Roe spoke, …"
        if comma >= high:
            return aside
        i = comma + 1
    return aside


def _behind_dateline(words: list[Token], low: int, high: int) -> int:
    """Where the sentence begins behind "LONDON (AP) —"."""
    if low < high and is_capital(words[low].word):
        for i in range(low + 1, min(high, low + 9)):
            if words[i].word in "—–-" and (words[low].word.isupper() or words[i - 1].word == ")"):
                return i + 1
            if words[i].word[0].islower():
                break
    return low


def starts_verb(token: Token) -> bool:
    """Whether a word can be the verb behind a subject."""
    return token.low in CUES_FINITE or token.low in AUXILIARIES or token.low in COMMON_VERBS or token.low.endswith("ed")


def _head_before_commas(words: list[Token], low: int, comma: int) -> Phrase | None:
    """The head of "Li, an analyst at the bank, " where ``comma`` closes the appositive."""
    c = comma - 1
    depth = 0
    starts = [comma]
    while c >= low and comma - c < 60:
        word = words[c].word
        if word in ")]":
            depth += 1
        elif word in "([":
            if not depth:
                break
            depth -= 1
        elif word in STOPS:
            break
        elif word == "," and not depth:
            starts.append(c)
        c -= 1
    starts.append(c)
    chunks = [(a + 1, b) for b, a in pairwise(starts) if a + 1 < b]
    if not chunks:
        return None
    for a, b in chunks:
        if b == a + 1 and words[a].low in ("who", "which") and a - 1 > low:
            return phrase_ending(
                words, low, a - 2 if words[a - 1].word == "," else a - 1
            )  # "Li, who, after that, said"
    first, stop = chunks[-1]
    while first < stop and (words[first].low in CONJUNCTIONS or words[first].low == "as"):
        first += 1
    head = phrase_at(words, first) if first < stop else None
    if head is not None and head.last < stop and (head.last + 1 >= stop or _goes_on(words, head.last + 1, stop)):
        return head
    # Behind opening phrases: the last of the parts that is a name and nothing else.
    for a, b in chunks:
        phrase = phrase_at(words, a)
        if phrase is None or phrase.kind != "name" or phrase.last >= b:
            continue
        if phrase.last + 1 == b or words[phrase.last + 1].word == "(":
            return phrase
    tail = phrase_ending(words, c + 1, stop - 1)
    aside = stop + 1 < len(words) and words[stop + 1].low.endswith(("ed", "ing"))
    if aside and tail is not None and tail.kind == "name" and tail.last == stop - 1:
        return tail  # "It came up after Li, asked about it, said"
    return lead_phrase(words, c + 1, comma)
