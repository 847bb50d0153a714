"""Who a quote is given to by the words around it: cue verb, subject, "according to", colon, dash."""

from __future__ import annotations

from typing import NamedTuple

from stancekit.quotes.cues import (
    AUXILIARIES,
    CONJUNCTIONS,
    CUES,
    DETERMINERS,
    NOUNLIKE,
    PREPOSITIONS,
    SUBJECT_PRONOUNS,
)
from stancekit.quotes.phrases import (
    CUES_FINITE,
    PERSON_NOUNS,
    Phrase,
    Token,
    is_capital,
    is_word,
    phrase_at,
)
from stancekit.quotes.subjects import STOPS, lead_phrase, phrase_ending, subject_of
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
        phrase = phrase_at(words, _skip_adverbs(words, i + 1))
        if phrase is not None and not (low in NOUNLIKE and phrase.kind == "nominal" and following in PREPOSITIONS):
            return _found(words, phrase, _span(words, i), f"follows “{words[i].word}” right after the quote", 0.95)
    inverted = _inverted_later(words, i)
    phrase = phrase_at(words, i)
    k = None
    if phrase is not None:
        k = phrase.last + 1
        if k >= len(words) or words[k].low not in CUES_FINITE:
            k = _verb_after(words, k)
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
    k = _verb_after(words, i)
    if k is not None:
        phrase = subject_of(words, i, k)
        return _found(words, phrase, _span(words, k), f"subject of “{words[k].word}” after the quote", 0.8)
    return None


def _outranks(nearer: Phrase, first: Phrase) -> bool:
    """Whether the phrase at the verb is its subject though another begins: "…” climate change, Li said"."""
    return nearer.kind != "nominal" and first.kind == "nominal"


def _in_view_of(words: list[Token], i: int) -> Attribution | None:
    """``in Li's words``, ``in the minister's view``."""
    for k in range(i, min(len(words), i + 8)):
        if words[k].low in ("view", "words", "opinion", "telling", "phrase") and k > i:
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
            if phrase is not None:
                return _found(words, phrase, (words[k - 1].start, words[k].end), "named after “according to”", 0.9)
        if low not in CUES or not (words[k].word.islower() or k == 0):
            continue
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
        if CUES[low] in _ONLY_AFTER and words[-1].word not in ",:":
            continue
        near = n - k <= 5
        if low in NOUNLIKE and not (_is_verb(words, k) or (n - k <= 2 and _may_be_verb(words, k))):
            continue
        if not near and CUES[low] not in CORE:
            continue
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
        if k and words[k - 1].low in _UNREAL:
            weak = weak or (found._replace(confidence=0.6) if found else None)
            continue
        return found
    if weak is None and n >= 2 and words[-1].word == ":":
        phrase = lead_phrase(words, 0, n - 1)
        return _found(words, phrase, _span(words, n - 1), "subject of the sentence before the colon", 0.7)
    return weak


def _bare(words: list[Token], phrase: Phrase) -> bool:
    """Whether a nominal has no determiner, so that the "verb" behind it may be its noun: "key states"."""
    return phrase.kind == "nominal" and words[phrase.first].low not in DETERMINERS


# Verbs that attribute also when they stand far from the marks.
CORE = wordset(
    """
    say tell add write tweet claim argue state note warn call describe insist declare announce suggest
    explain acknowledge ask contend maintain assert allege predict accuse dismiss denounce label dub brand
    criticize criticise characterize blast slam respond reply continue conclude stress emphasize urge vow
    promise pledge report testify read complain concede admit point recall joke observe remark reiterate
    """
)
_PARTICIPLES = wordset("written sworn sung begun")
# Attribute what stands before them: "…,” she began".
_ONLY_AFTER = wordset("begin start go put continue point")
_BE = wordset("is was were are been being be")
_NAMING = wordset("called titled entitled named dubbed labeled labelled nicknamed termed styled")
_UNREAL = wordset("to would will could should can may might must won’t won't wouldn’t wouldn't")


def _behind_quoted(words: list[Token], k: int) -> Phrase | None:
    """The subject of a clause that begins between an earlier quote and this one."""
    for i in range(len(words) - 1, k, -1):
        if words[i].word == "\ufffc":
            j = i + 1
            while j < len(words) and (words[j].word in ",–—-" or words[j].low in ("and", "but", "while")):
                j += 1
            phrase = phrase_at(words, j) if j > i + 1 else None
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
    if j >= 1 and is_word(words[j].word) and words[j].low not in PREPOSITIONS and words[j].low not in CONJUNCTIONS:
        phrase = phrase_ending(words, 0, j)
        if phrase is not None and phrase.first and words[phrase.first - 1].low == "with":
            return phrase
    for before in range(k - 1, max(-1, k - 40), -1):
        if words[before].low in CUES_FINITE and words[before].low not in NOUNLIKE and words[before].word.islower():
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
        if low in CUES and not low.endswith("ing") and (low not in NOUNLIKE or _is_verb(words, k)):
            if not token.word.islower() or (k and words[k - 1].low in _UNREAL):
                continue
            phrase = subject_of(words, 0, k)
            if phrase is None and k + 1 < len(words) and (k == 0 or words[k - 1].word in ",”"):
                phrase = phrase_at(words, k + 1)
            if phrase is not None:
                return _found(words, phrase, _span(words, k), f"subject of “{token.word}” in the sentence", 0.75)
    return None


def _verb_after(words: list[Token], start: int) -> int | None:
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
            and (low not in NOUNLIKE or _is_verb(words, k))
        ):
            return k
        if word.word in STOPS:
            return None
        k += 1
    return None


def _is_verb(words: list[Token], k: int) -> bool:
    """Whether a word that may be a noun ("reports") stands as a verb: beside a plain subject."""
    if k == 0:
        return False
    before = words[k - 1]
    low = before.low
    if low in SUBJECT_PRONOUNS or low in ("also", "then", "later", "who", "to"):
        return True
    if low in DETERMINERS or low in PREPOSITIONS or low in AUXILIARIES or low.endswith(("’s", "'s", "s’", "s'")):
        return False
    if words[k].low.endswith("ed"):
        return True
    if k + 1 < len(words) and words[k + 1].low in ("of", "and", "or", "for", "from", "between"):
        return False
    return is_capital(before.word) or before.word == ","


def _may_be_verb(words: list[Token], k: int) -> bool:
    """Whether a noun-like form right before the quote can be its verb: "the ad claims “…”"."""
    if k == 0:
        return False
    low = words[k - 1].low
    return not (
        low in DETERMINERS or low in PREPOSITIONS or low.endswith(("’s", "'s")) or words[k].low.endswith("ing")
    ) and (words[k].low != CUES[words[k].low] or is_capital(words[k - 1].word))


def _skip_adverbs(words: list[Token], i: int) -> int:
    while i < len(words) and words[i].low in ("later", "also", "today", "yesterday", "then"):
        i += 1
    return i


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


def name_behind(words: list[Token], phrase: Phrase) -> Phrase | None:
    """The name that explains a nominal: "her lawyer, Tom Okafor, "."""
    i = phrase.last + 2
    owned = any(word.low.endswith(("’s", "'s")) for word in words[phrase.first : phrase.last])
    if (
        (phrase.kind != "nominal" and not owned)
        or i >= len(words)
        or words[i - 1].word != ","
        or not is_capital(words[i].word)
    ):
        return None
    first = words[phrase.first].low
    if (
        not owned
        and first not in ("his", "her", "their", "its", "our", "my")
        and not any(
            word.low in PERSON_NOUNS or word.low.endswith("man") for word in words[phrase.first : phrase.last + 1]
        )
    ):
        return None
    named = phrase_at(words, i)
    if named is None or named.kind != "name":
        return None
    behind = words[named.last + 1].word if named.last + 1 < len(words) else "."
    return named if behind in ",.;(:" else None


def role_of(words: list[Token], phrase: Phrase) -> tuple[int, int] | None:
    """The appositive behind a name: "director of the Institute"."""
    i = phrase.last + 1
    if phrase.kind != "name" or i + 1 >= len(words) or words[i].word != ",":
        return None
    i += 1
    if words[i].word.isdigit() and i + 2 < len(words) and words[i + 1].word == ",":
        i += 2  # an age
    first = i + 1 if words[i].low in DETERMINERS and i + 1 < len(words) else i
    word = words[first]
    if not is_word(word.word) or word.low in CONJUNCTIONS or word.low in PREPOSITIONS or word.low in CUES_FINITE:
        return None
    if word.low in SUBJECT_PRONOUNS or word.low.endswith("ing"):
        return None
    last = first
    while (
        last + 1 < len(words)
        and words[last + 1].word not in ',.;:()“"—–'
        and words[last + 1].low
        not in (
            "who",
            "which",
            "said",
            "told",
        )
    ):
        last += 1
    return words[first].start, words[last].end
