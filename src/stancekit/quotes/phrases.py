"""Words with offsets, and the noun phrases that can name a speaker.

Nothing here parses: a phrase is read from its first word on, or back from its last, and ends at the
first word that cannot belong to it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from stancekit.quotes.cues import (
    ATTITUDE,
    COMMON_VERBS,
    CONJUNCTIONS,
    CUES,
    DETERMINERS,
    FUNCTION_WORDS,
    MONTHS,
    NOUN_PREPOSITIONS,
    NOUNLIKE,
    PREPOSITIONS,
    SCENE_NOUNS,
    SHOW,
    SUBJECT_PRONOUNS,
    THINK,
    THINK_NOUNS,
    TIME_WORDS,
    WEEKDAYS,
)
from stancekit.quotes.nouns import PEOPLE_ENDINGS, PERSON_NOUNS, SOURCE_NOUNS
from stancekit.quotes.wordset import wordset

_TOKEN = re.compile(r"@\w+|(?:[A-Z]\.)+(?:[A-Z](?![\w]))?|\w+(?:[’'.\-&]\w+)*(?:(?<=s)[’'](?=[ \u00a0]\w))?|[^\w\s]")

TITLES = wordset(
    """
    mr mrs ms mx dr prof sen sens rep reps gov govs gen lt col sgt capt cpl maj cmdr adm rev hon pres st
    jr sr atty supt det insp mme
    """
)
_LONGEST = 40
"""Words of a phrase: more are a list or noise."""
# Lower-case words inside a name.
_PARTICLES = wordset("de da di du la le del della der den van von bin ibn al el y e do dos ter ten af")


class Token(NamedTuple):
    """A word or a mark of the text."""

    start: int
    end: int
    word: str
    low: str


class Phrase(NamedTuple):
    """A noun phrase: where it stands, and whether it is a name, a nominal or a pronoun."""

    start: int
    end: int
    kind: str
    first: int
    last: int


def tokens(text: str, start: int, end: int) -> list[Token]:
    """The words and marks of ``text[start:end]``; the full stop of "Sen." belongs to its word."""
    found: list[Token] = []
    for m in _TOKEN.finditer(text, start, end):
        word = m.group()
        low = word.lower()
        if word == "." and found and found[-1].low in TITLES and found[-1].end == m.start():
            last = found.pop()
            found.append(Token(last.start, m.end(), last.word, last.low))
            continue
        found.append(Token(m.start(), m.end(), word, low))
    return found


def is_capital(word: str) -> bool:
    """Whether a word begins with a capital."""
    return word[0].isupper()


def is_word(word: str) -> bool:
    """Whether a token is a word or a number, not a mark."""
    return word[0].isalnum() or len(word) > 1


def phrase_at(words: list[Token], i: int) -> Phrase | None:
    """The noun phrase that starts at word ``i``, without appositives and relative clauses."""
    if i >= len(words):
        return None
    token = words[i]
    if (token.low in SUBJECT_PRONOUNS and token.low not in ("who", "it")) or token.low == "it":
        return Phrase(token.start, token.end, "pronoun", i, i)
    if not is_word(token.word):
        return None
    if token.word[0] == "@":
        return Phrase(token.start, token.end, "name", i, i)
    if is_capital(token.word) and i + 1 < len(words) and words[i + 1].low in _SAID and token.low not in DETERMINERS:
        return Phrase(token.start, token.end, "name", i, i)  # even "From said"
    month_name = token.low in MONTHS and i + 1 < len(words) and is_capital(words[i + 1].word)  # "Jan Weber"
    if (
        is_capital(token.word)
        and token.low not in DETERMINERS
        and (month_name or (token.low not in _NOT_NAMES and token.low not in _ALONE))
    ):
        if _opens_clause(words, i):
            return None
        last = _name_end(words, i)
        return _with_conjunct(words, Phrase(token.start, words[last].end, "name", i, last))
    if token.low in CONJUNCTIONS or token.low in PREPOSITIONS or token.low in _NOT_NAMES:
        return None
    if token.low.endswith("ing") and i + 1 < len(words) and not _plain_noun(words[i + 1]):
        return None  # "coming from a candidate"
    end = _nominal_end(words, i)
    if end is None and token.low in _ALONE:
        end = i
    if end is None or words[end].low in _TIMES:
        return None
    return _with_conjunct(words, Phrase(token.start, words[end].end, "nominal", i, end))


_TIMES = TIME_WORDS | wordset("hours day days weeks months years minutes moments seconds time times")


_SAID = wordset("said says added wrote told")


def _opens_clause(words: list[Token], i: int) -> bool:
    """Whether a capitalised verb begins the sentence: "Adding, …", "Said Li", "Asked about it"."""
    if i and is_word(words[i - 1].word):
        return False
    low = words[i].low
    if i + 1 < len(words) and is_capital(words[i + 1].word) and not low.endswith("ing") and low not in CUES_FINITE:
        return False
    return low.endswith("ing") or low in CUES_FINITE or (low.endswith("ly") and _is_adverb(words, i))


def _is_adverb(words: list[Token], i: int) -> bool:
    """Whether a capitalised word in "-ly" opens a sentence ("Ironically, …"), and is no Kelly or Schlafly."""
    if i + 1 >= len(words) or is_capital(words[i + 1].word) or words[i].low in _LY_NAMES:
        return False
    nxt = words[i + 1]
    if nxt.word == ",":
        return i + 2 >= len(words) or words[i + 2].low not in ("who", "whose")
    return nxt.low in DETERMINERS or nxt.low in PREPOSITIONS or nxt.low in SUBJECT_PRONOUNS or nxt.low.endswith("ed")


_LY_NAMES = wordset(
    """
    kelly sally emily billy molly holly polly lily reilly o’reilly o'reilly connolly connelly donnelly beverly
    kimberly italy carly willy daly schlafly jolly
    """
)
_NOT_NAMES = (
    _TIMES
    | PREPOSITIONS
    | WEEKDAYS
    | MONTHS
    | wordset(
        """
        but and or so if when while because although though as since before after until then now still
        however meanwhile also in on at for from with by to about according here there yes no what why how
        not asked speaking despite during under over later earlier instead moreover like
        indeed given led based thus perhaps maybe even likewise nevertheless nonetheless furthermore
        additionally overall finally first second third preceded accompanied followed wait just only
        """
    )
)


def _name_end(words: list[Token], i: int) -> int:
    last = i
    k = i + 1
    while k < len(words) and k < i + _LONGEST:
        word = words[k]
        if word.low in WEEKDAYS:
            break
        if (
            is_capital(word.word)
            or (word.word[0].isdigit() and word.start == words[k - 1].end + 1 and k > i + 4)
            or word.low in ("’s", "'s")
        ):
            last = k
        elif word.word in "&.-" and k + 1 < len(words) and is_capital(words[k + 1].word):
            if word.word == "." and word.start == words[k - 1].end and len(words[k - 1].word) > 2:
                break
        elif (word.low in _PARTICLES or word.low in ("of", "the", "for")) and _capital_ahead(words, k):
            if word.low == "the" and words[k - 1].low not in ("of", "for"):
                break  # "in Velmar the GOP candidate said"
            if word.low == "for" and words[last].low not in (
                "center",
                "centre",
                "institute",
                "council",
                "committee",
                "americans",
                "secretary",
                "campaign",
                "director",
            ):
                break
        elif is_possessive(words[k - 1].word) and word.low not in CUES and is_word(word.word):
            # "Beijing's commerce ministry": the rest is a nominal with a name in front
            end = _nominal_end(words, k)
            return end if end is not None else last
        else:
            break
        k += 1
    # "Michigan doctor Ann Lee", "Yale professor Lee": a lower-case title inside the name.
    if last + 1 < len(words) and words[last + 1].word.islower():
        k = last + 1
        while k < len(words) and k < last + 5 and _plain_noun(words[k]):
            k += 1
        named = k < len(words) and is_capital(words[k].word)
        month = named and words[k].low in MONTHS and k + 1 < len(words) and is_capital(words[k + 1].word)  # "Jan Weber"
        if k > last + 1 and named and (month or words[k].low not in _NOT_NAMES):
            return _name_end(words, k)
        if k > last + 1 and words[k - 1].low in PERSON_NOUNS:
            return k - 1
    return last


def _capital_ahead(words: list[Token], k: int) -> bool:
    for word in words[k + 1 : k + 3]:
        if is_capital(word.word):
            return word.low not in _NOT_NAMES
        if word.low not in ("the", "of", "and") and word.low not in _PARTICLES:
            return False
    return False


def is_possessive(word: str) -> bool:
    """Whether a word is a genitive: "Roe’s", "officials’"."""
    return word.endswith(("’s", "'s", "s’", "s'"))


def _plain_noun(token: Token) -> bool:
    low = token.low
    return (
        token.word[0].isalnum()
        and token.word.islower()
        and low not in CUES_FINITE
        and low not in FUNCTION_WORDS
        and low not in COMMON_VERBS
        and low not in _THOUGHT
        and not (low.endswith("ed") and low not in _NOT_PAST)
        and not (low.endswith("ly") and low not in ("family", "ally", "assembly", "supply"))
    )


CUES_FINITE = frozenset(
    form
    for form, lemma in CUES.items()
    if (form.endswith(("ed", "s")) and form != lemma)
    or form in ("said", "told", "wrote", "put", "went", "read", "swore", "sang")
) - wordset("states united press")
_REPORTS = (ATTITUDE.keys() | SHOW.keys() | NOUNLIKE) - PERSON_NOUNS
_THOUGHT = frozenset(form for form in THINK if form.endswith(("s", "t", "w", "n")) and form not in THINK_NOUNS)
_NOT_PAST = wordset("need seed speed feed deed breed bed red shed hundred sacred")


def _nominal_end(words: list[Token], i: int) -> int | None:
    """The last word of the nominal that starts at ``i``: determiner, modifiers, nouns, phrases with "of"."""
    k = i
    last: int | None = None
    if words[k].low in DETERMINERS:
        if words[k].low in _QUANTITIES:
            last = k
        k += 1
        while k < len(words) and words[k].low in DETERMINERS:
            k += 1
    while k < len(words) and k < i + _LONGEST:
        word = words[k]
        if word.word in "-/&%$":
            k += 1
            continue
        if word.low in ("’s", "'s"):
            k += 1
            continue
        if last is not None and is_capital(words[k - 1].word) and word.low.endswith("s") and word.low in _REPORTS:
            break  # "the FBI lists"
        narrowed = last is not None and k + 1 < len(words) and (word.low, words[k + 1].low) in _NARROWED
        if narrowed:
            k += 1  # "a source briefed on the plan"
            word = words[k]
        if not narrowed and is_word(word.word) and (_plain_noun(word) or word.word[0].isdigit() or _inner(words, k, i)):
            last = k
            k += 1
            continue
        if last is not None and (narrowed or (word.low in NOUN_PREPOSITIONS and not _is_scene(words, k))):
            inner = k + 1
            if inner < len(words):
                end = (
                    _name_end(words, inner)
                    if is_capital(words[inner].word) and words[inner].low not in DETERMINERS
                    else _nominal_end(words, inner)
                )
                if end is not None and is_word(words[inner].word) and words[inner].low not in SUBJECT_PRONOUNS:
                    last = end
                    k = end + 1
                    continue
        joined = last is not None and word.low == "and" and k + 2 < len(words)
        if joined and _plain_noun(words[k + 1]) and words[k + 2].low in CUES_FINITE:
            last = k + 1
        break
    return last


_NARROWED = frozenset((("close", "to"), ("briefed", "on"), ("involved", "in"), ("familiar", "with")))
"""What stands between an unnamed person and what the person knows of."""
_ALONE = wordset("another others some many one both most few several neither each none")
_QUANTITIES = wordset("some many several one others most both few all dozens hundreds thousands two three")


def _inner(words: list[Token], k: int, first: int) -> bool:
    """Whether a capitalised or verb-like word stands inside the nominal: "the US Treasury secretary"."""
    word = words[k]
    if is_capital(word.word):
        if k > first and (words[k - 1].low in SCENE_NOUNS or words[k - 1].low in TIME_WORDS):
            return False
        return word.low not in WEEKDAYS and word.low not in SUBJECT_PRONOUNS
    if word.low in ("last", "next"):
        return k == first + 1
    # A participle before its noun: "the blacklisted companies", "a retired general"
    return (
        word.low.endswith(("ed", "ing"))
        and k + 1 < len(words)
        and (_plain_noun(words[k + 1]) or is_capital(words[k + 1].word))
        and (k == first or words[k - 1].low in DETERMINERS or is_capital(words[k - 1].word))
    ) or (k == first and word.low in ("retired", "elected") and k + 1 < len(words) and is_capital(words[k + 1].word))


def _is_scene(words: list[Token], k: int) -> bool:
    """Whether the preposition at ``k`` begins when, where or how it was said."""
    low = words[k].low
    if low in ("of", "for", "from"):
        return k + 1 < len(words) and words[k + 1].low in ("reporters", "journalists")
    for word in words[k + 1 : k + 6]:
        if word.low in SCENE_NOUNS or word.low in TIME_WORDS or word.word.isdigit():
            return True
        if not is_word(word.word) or word.low in CONJUNCTIONS:
            break
    return low == "to" or (low == "on" and k + 1 < len(words) and words[k + 1].low not in DETERMINERS)


def _with_conjunct(words: list[Token], phrase: Phrase) -> Phrase:
    """``A and B`` as one phrase where B is a name or nominal too."""
    k = phrase.last + 1
    if k + 1 >= len(words) or words[k].low != "and":
        return phrase
    nxt = words[k + 1]
    if is_capital(nxt.word) and nxt.low not in _NOT_NAMES and nxt.low not in SUBJECT_PRONOUNS:
        if nxt.low in DETERMINERS:
            return phrase
        last = _name_end(words, k + 1)
        return Phrase(phrase.start, words[last].end, phrase.kind, phrase.first, last)
    return phrase


def can_speak(words: list[Token], phrase: Phrase) -> bool:
    """Whether a phrase can be a speaker by its look: a name, a pronoun, or a noun for people or texts."""
    if phrase.kind != "nominal":
        return True
    head = ""
    acronym = False  # "the DNC"
    for word in words[phrase.first : phrase.last + 1]:
        if word.low in NOUN_PREPOSITIONS:
            break
        head = word.low
        acronym = len(word.word) > 1 and word.word.isupper()
    return acronym or head in PERSON_NOUNS or head in SOURCE_NOUNS or head in _ALONE or head.endswith(PEOPLE_ENDINGS)
