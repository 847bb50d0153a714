"""Who a quote is given to by the words around it: cue verb, subject, "according to", colon, dash."""

from __future__ import annotations

from typing import NamedTuple

from stancekit.quotes.appositives import name_behind, role_of
from stancekit.quotes.cues import (
    AUXILIARIES,
    COMMON_VERBS,
    CONJUNCTIONS,
    CUES,
    DETERMINERS,
    NOUNLIKE,
    PREPOSITIONS,
    SUBJECT_PRONOUNS,
)
from stancekit.quotes.phrases import (
    CUES_FINITE,
    Phrase,
    Token,
    is_possessive,
    is_word,
    phrase_at,
)
from stancekit.quotes.subjects import lead_phrase, phrase_ending, subject_of
from stancekit.quotes.verbs import CORE, UNREAL, is_verb, may_be_verb, skip_adverbs, verb_after
from stancekit.quotes.wordset import wordset


class Attribution(NamedTuple):
    """A speaker found beside a quote, with the evidence."""

    speaker: Phrase
    cue: tuple[int, int] | None
    role: tuple[int, int] | None
    reason: str
    confidence: float


def after_quote(words: list[Token]) -> Attribution | None:
    """The attribution that follows a quote: ``said Li``, ``Li, an analyst, said``, ``according to Li``."""
    i = 0
    joined = False
    while i < len(words) and (words[i].word in ",.–—―-" or words[i].low in ("and", "but", "or")):
        joined = joined or words[i].low in ("and", "but", "or")
        i += 1
    if i >= len(words):
        return None
    low = words[i].low
    following = words[i + 1].low if i + 1 < len(words) else ""
    if low == "according" and following == "to":
        phrase = phrase_at(words, i + 2)
        return _found(words, phrase, (words[i].start, words[i + 1].end), "named after “according to”", 0.95)
    if low == "in" and following:
        owner = _in_view_of(words, i + 1)
        if owner is not None:
            return owner
    if low == "as" and following:
        i += 1
        low = words[i].low
    if low in CUES and not low.endswith("ing") and not joined:
        phrase = phrase_at(words, skip_adverbs(words, i + 1))
        reported = phrase is not None and _goes_into_clause(words, phrase)
        named = low in NOUNLIKE and phrase is not None and phrase.kind == "nominal" and following in PREPOSITIONS
        if phrase is not None and not named and not reported:
            return _found(words, phrase, _span(words, i), f"follows “{words[i].word}” right after the quote", 0.95)
    inverted = _inverted_later(words, i)
    phrase = phrase_at(words, i)
    k = None
    if phrase is not None:
        k = phrase.last + 1
        if k >= len(words) or words[k].low not in CUES_FINITE:
            k = verb_after(words, k)
    if phrase is not None and k is not None:
        between = words[phrase.last + 1 : k]
        if between and between[0].word == ",":
            inverted = None
        if between and between[0].word == "(" and ")" in [w.word for w in between]:
            between = between[[w.word for w in between].index(")") + 1 :]
        direct = all(w.low in AUXILIARIES or (w.low.endswith("ly") and w.word.islower()) for w in between)
        if direct or inverted is None:
            if not direct:
                nearer = subject_of(words, i, k)
                if nearer is not None and nearer.first and words[nearer.first - 1].low in PREPOSITIONS:
                    nearer = None  # "Li (who lost) of Ohio said"
                if nearer is not None and (between[0].word != "," or _outranks(nearer, phrase)):
                    phrase = nearer
            reason = f"subject of “{words[k].word}” right after the quote"
            return _found(words, phrase, _span(words, k), reason, 0.97 if direct else 0.85)
    if inverted is not None:
        return inverted
    # "When asked about it, Li said": the subject stands left of the verb.
    k = verb_after(words, i)
    if k is not None:
        phrase = subject_of(words, i, k)
        return _found(words, phrase, _span(words, k), f"subject of “{words[k].word}” after the quote", 0.8)
    return None


def _goes_into_clause(words: list[Token], phrase: Phrase) -> bool:
    """Whether a phrase behind "said" begins what was said: "… liberals said they would"."""
    if phrase.last + 1 >= len(words):
        return False
    verb = words[phrase.last + 1]
    if phrase.kind != "pronoun":
        return verb.low in AUXILIARIES
    return verb.low in AUXILIARIES or verb.low in COMMON_VERBS or verb.low in CUES_FINITE


def _outranks(nearer: Phrase, first: Phrase) -> bool:
    """Whether the phrase at the verb is its subject though another begins: "…” climate change, Li said"."""
    return nearer.kind != "nominal" and first.kind == "nominal"


def _in_view_of(words: list[Token], i: int) -> Attribution | None:
    """``in Li's words``, ``in the minister's view``."""
    for k in range(i, min(len(words), i + 8)):
        if words[k].low in ("view", "words", "opinion", "telling", "phrase") and k > i:
            if words[i].low == "the":
                whose = phrase_at(words, k + 2) if k + 1 < len(words) and words[k + 1].low == "of" else None
                return _found(words, whose, _span(words, k), f"named after “{words[k].word} of”", 0.9)
            phrase = phrase_at(words, i)
            if phrase is None:
                return None
            owner = words[k - 1]
            end = owner.end - 2 if owner.low.endswith(("’s", "'s")) else owner.end
            speaker = Phrase(phrase.start, end, phrase.kind, i, k - 1)
            return Attribution(speaker, _span(words, k), None, f"named before “{words[k].word}”", 0.9)
        if not is_word(words[k].word):
            return None
    return None


_INVERTED = wordset("said says added adds wrote writes explained noted argued joked asked warned recalled")


def _inverted_later(words: list[Token], start: int) -> Attribution | None:
    """``… that she can win, said Li``: verb behind a comma, its subject behind the verb."""
    for k in range(start + 1, min(len(words) - 1, start + 45)):
        if words[k - 1].word != "," or words[k].low not in _INVERTED:
            continue
        phrase = phrase_at(words, k + 1)
        if phrase is not None and phrase.kind == "nominal" and words[k].low not in ("said", "says"):
            continue
        if phrase is not None and (phrase.last + 1 >= len(words) or not is_word(words[phrase.last + 1].word)):
            return _found(words, phrase, _span(words, k), f"follows “{words[k].word}” after the quote", 0.85)
    return None


_VIEWS = [["in", "the", noun, "of"] for noun in ("words", "view", "opinion", "eyes")]


def before_quote(words: list[Token]) -> Attribution | None:
    """The attribution that leads up to a quote: ``Li said:``, ``Li told reporters that``, ``calling it``."""
    n = len(words)
    if n >= 2 and words[-1].word == ":":
        label = _label(words)
        if label is not None:
            return _found(words, label, _span(words, n - 1), "named before a colon", 0.85)
    opening = [word.low for word in words[:4]]
    if n > 4 and opening in _VIEWS:
        return _found(words, phrase_at(words, 4), _span(words, 2), f"named after “{words[2].word} of”", 0.9)
    weak: Attribution | None = None
    for k in range(n - 1, max(-1, n - 40), -1):
        low = words[k].low
        if low == "to" and k and words[k - 1].low == "according":
            phrase = phrase_at(words, k + 1)
            if phrase is not None and words[k + 1].low not in _POSSESSIVES:  # "Li said that, according to his notes"
                return _found(words, phrase, (words[k - 1].start, words[k].end), "named after “according to”", 0.9)
        owner = _owner(words, k) if low in _SAID_THINGS else None
        if owner is not None:
            return _found(words, owner, _span(words, k), f"owner of the “{words[k].word}” before the quote", 0.8)
        if low not in CUES or not (words[k].word.islower() or k == 0):
            continue
        if k and is_possessive(words[k - 1].low) and low.endswith("ed"):
            continue  # "Roe's proposed wall"
        if k and words[k - 1].low in _BE and not low.endswith("ing"):  # "was asked by"
            if k + 2 < n and words[k + 1].low == "by":
                phrase = phrase_at(words, k + 2)
                return _found(words, phrase, _span(words, k), f"agent of “{words[k].word}” before the quote", 0.85)
            continue
        before = words[k - 1] if k else words[k]
        named = before.word.islower() and is_word(before.word) and before.low not in SUBJECT_PRONOUNS
        if k == n - 1 and low in _NAMING and k and named:
            return weak  # "a class called “…”"
        if low in _PARTICIPLES and (k == 0 or words[k - 1].low not in AUXILIARIES):
            continue  # "a written statement"
        if CUES[low] in _ONLY_AFTER and words[-1].word not in ",:" and not _as_put(words, k):
            continue
        if low == "quote" and k and words[k - 1].low == "i":
            continue  # "Li said, and I quote"
        near = n - k <= 5
        if low in NOUNLIKE and not (is_verb(words, k) or (n - k <= 2 and may_be_verb(words, k))):
            continue
        if not near and CUES[low] not in CORE:
            continue
        aside = _aside(words, k)
        if aside is not None:
            return _found(words, aside, _span(words, k), f"follows “{words[k].word}” before the quote", 0.85)
        phrase = _gerund_subject(words, k) if low.endswith("ing") else subject_of(words, 0, k)
        if phrase is None and not low.endswith("ing") and (k == 0 or not is_word(words[k - 1].word)):
            phrase = phrase_at(words, k + 1) if CUES[low] != "tell" else None  # "Said Li, …"
        if phrase is None or (low in NOUNLIKE and _bare(words, phrase)):
            continue
        confidence = 0.95 if n - k < 3 else 0.85
        found = _found(words, phrase, _span(words, k), f"subject of “{words[k].word}” before the quote", confidence)
        if n - k > 6:
            nearer = _behind_quoted(words, k)
            if nearer is not None:
                return _found(words, nearer, None, "subject of the clause that holds the quote", 0.6)
        if words[-1].word == ":" and n - k > 8:
            nearer = _last_clause(words, k)
            if nearer is not None:
                return _found(words, nearer, _span(words, n - 1), "subject of the clause before the colon", 0.75)
        if k and words[k - 1].low in UNREAL:
            weak = weak or (found._replace(confidence=0.6) if found else None)
            continue
        return found
    if weak is None and n >= 2 and words[-1].word == ":":
        phrase = lead_phrase(words, 0, n - 1)
        return _found(words, phrase, _span(words, n - 1), "subject of the sentence before the colon", 0.7)
    return weak


_SAID_THINGS = wordset(
    """
    remark remarks claim claims warning warnings comment comments statement statements promise pledge vow call calls
    assertion argument description suggestion insistence declaration admission contention belief view opinion
    """
)


def _owner(words: list[Token], k: int) -> Phrase | None:
    """Roe in "Roe’s claim that": whose words a noun for words is about."""
    if k + 1 >= len(words) or words[k + 1].low != "that":
        return None
    for i in range(k - 1, max(-1, k - 4), -1):
        if words[i].low in ("his", "her", "their", "its"):
            return Phrase(words[i].start, words[i].end, "pronoun", i, i)
        if is_possessive(words[i].low):
            phrase = phrase_ending(words, 0, i)
            cut = 1 if words[i].low.endswith(("’", "'")) else 2
            return phrase._replace(end=words[i].end - cut) if phrase is not None and phrase.last == i else None
        if not is_word(words[i].word) or words[i].low in PREPOSITIONS or words[i].low in DETERMINERS:
            return None
    return None


def _aside(words: list[Token], k: int) -> Phrase | None:
    """Li in "The point, says Li, is": verb and subject between commas."""
    if k == 0 or words[k - 1].word != "," or words[k].low not in _INVERTED:
        return None
    phrase = phrase_at(words, k + 1)
    if phrase is None or phrase.kind != "name" or phrase.last + 1 >= len(words) - 1:
        return None
    return phrase if words[phrase.last + 1].word == "," else None


def _as_put(words: list[Token], k: int) -> bool:
    """Whether the sentence begins "As Li puts it"."""
    return words[0].low == "as" and k + 1 < len(words) and words[k + 1].low == "it"


def _bare(words: list[Token], phrase: Phrase) -> bool:
    """Whether a nominal has no determiner, so that the "verb" behind it may be its noun: "key states"."""
    return phrase.kind == "nominal" and words[phrase.first].low not in DETERMINERS


_SET = wordset("published posted released broadcast recorded")
_POSSESSIVES = wordset("his her their its our my")
_PARTICIPLES = wordset("written sworn sung begun")
# Attribute what stands before them: "…,” she began".
_ONLY_AFTER = wordset("begin start go put continue point")
_BE = wordset("is was were are been being be")
_BEARERS = wordset(
    "sign signs banner banners poster posters placard placards sticker shirt t-shirt hat button card note"
)
_NAMING = wordset("called titled entitled named dubbed labeled labelled nicknamed termed styled")


def _behind_quoted(words: list[Token], k: int) -> Phrase | None:
    """The subject of a clause that begins between an earlier quote and this one."""
    for i in range(len(words) - 1, k, -1):
        if words[i].word == "\ufffc":
            j = i + 1
            while j < len(words) and (words[j].word in ",–—-" or words[j].low in ("and", "but", "while")):
                j += 1
            phrase = phrase_at(words, j) if j < len(words) else None
            if phrase is not None and phrase.kind != "nominal" and phrase.last + 1 < len(words):
                verb = words[phrase.last + 1]
                return phrase if is_word(verb.word) and verb.word.islower() else None
            return None
    return None


def _last_clause(words: list[Token], k: int) -> Phrase | None:
    """The pronoun or name that begins the last clause behind word ``k``."""
    for i in range(len(words) - 2, k + 2, -1):
        if words[i - 1].low in ("but", "and", "while", "as", ";") and words[i].low not in DETERMINERS:
            phrase = phrase_at(words, i)
            if phrase is not None and phrase.kind != "nominal":
                return phrase
    return None


def _label(words: list[Token]) -> Phrase | None:
    """The name that a line or a dash puts before a colon: ``Jones:``, ``… – Carl Jones:``."""
    n = len(words) - 1
    c = n - 1
    while c >= 0 and n - c < 9 and words[c].word not in '–—-.;,”"':
        c -= 1
    i = c + 1
    if n - i > 2 and words[i].low in ("more", "from", "via") and "from" in (words[i].low, words[i + 1].low):
        i += 1 if words[i].low == "from" else 2
    phrase = phrase_at(words, i) if i < n else None
    if phrase is None or phrase.last != n - 1 or phrase.kind == "pronoun" or words[i].low in CUES:
        return None
    if phrase.kind == "nominal" and words[i].low not in DETERMINERS:
        return None
    return phrase


def _gerund_subject(words: list[Token], k: int) -> Phrase | None:
    """Who does the "saying": the subject of the clause, or the name between "with" and the verb."""
    j = k - 1
    while j >= 0 and (words[j].low in AUXILIARIES or words[j].low.endswith("ly")):
        j -= 1
    if j >= 1 and words[j].low in _BEARERS:  # "held up a sign saying"
        first = next((i for i in range(j - 1, max(-1, j - 5), -1) if words[i].low in DETERMINERS), j)
        return Phrase(words[first].start, words[j].end, "nominal", first, j)
    if j >= 1 and is_word(words[j].word) and words[j].low not in PREPOSITIONS and words[j].low not in CONJUNCTIONS:
        phrase = phrase_ending(words, 0, j)
        if phrase is not None and phrase.first and words[phrase.first - 1].low == "with":
            return phrase
    for before in range(k - 1, max(-1, k - 40), -1):
        low = words[before].low
        if low in CUES_FINITE and low not in NOUNLIKE and low not in _NAMING and words[before].word.islower():
            phrase = subject_of(words, 0, before)
            if phrase is not None:
                return phrase
    return lead_phrase(words, 0, k)


def anywhere(words: list[Token]) -> Attribution | None:
    """The first attribution of a sentence whose quoted words were taken out."""
    inverted = _inverted_later(words, 0)
    if inverted is not None:
        return inverted
    for k, token in enumerate(words):
        low = token.low
        if low == "according" and k + 1 < len(words) and words[k + 1].low == "to":
            phrase = phrase_at(words, k + 2)
            if phrase is not None:
                return _found(words, phrase, (token.start, words[k + 1].end), "named after “according to”", 0.85)
        if low in CUES and not low.endswith("ing") and (low not in NOUNLIKE or is_verb(words, k)):
            if low in _SET and k + 1 < len(words) and words[k + 1].low in PREPOSITIONS:
                continue  # "an interview published on Monday"
            if not token.word.islower() or (k and (words[k - 1].low in UNREAL or is_possessive(words[k - 1].low))):
                continue
            phrase = subject_of(words, 0, k)
            if phrase is None and k + 1 < len(words) and (k == 0 or words[k - 1].word in ",”"):
                phrase = phrase_at(words, k + 1)
            if phrase is not None:
                return _found(words, phrase, _span(words, k), f"subject of “{token.word}” in the sentence", 0.75)
    return None


def _span(words: list[Token], k: int) -> tuple[int, int]:
    return words[k].start, words[k].end


def _found(
    words: list[Token], phrase: Phrase | None, cue: tuple[int, int] | None, reason: str, confidence: float
) -> Attribution | None:
    if phrase is None:
        return None
    named = name_behind(words, phrase)
    if named is not None:
        return Attribution(named, cue, (phrase.start, phrase.end), reason, confidence)
    return Attribution(phrase, cue, role_of(words, phrase), reason, confidence)
