"""What an appositive adds to a mention: the name behind a nominal, the role behind a name."""

from __future__ import annotations

from stancekit.quotes.cues import CONJUNCTIONS, DETERMINERS, PREPOSITIONS, SUBJECT_PRONOUNS
from stancekit.quotes.nouns import PERSON_NOUNS
from stancekit.quotes.phrases import CUES_FINITE, Phrase, Token, is_capital, is_word, phrase_at
from stancekit.quotes.wordset import wordset

_PEOPLE = PERSON_NOUNS | wordset("attacker suspect survivor victim runner-up second third fourth another one")


def name_behind(words: list[Token], phrase: Phrase) -> Phrase | None:
    """The name that explains a nominal: "her lawyer, Tom Okafor, "."""
    i = phrase.last + 2
    if phrase.kind == "nominal" and i < len(words) and words[i - 1].low == "named" and is_capital(words[i].word):
        return phrase_at(words, i)  # "a worker named Tom Okafor"
    owned = any(word.low.endswith(("’s", "'s")) for word in words[phrase.first : phrase.last])
    if (
        (phrase.kind != "nominal" and not owned)
        or i >= len(words)
        or words[i - 1].word != ","
        or not (is_capital(words[i].word) or words[i].low == "former")
    ):
        return None
    owned = owned or words[phrase.first].low in ("his", "her", "their", "its", "our", "my")
    if not owned and not any(_can_be_somebody(word.low) for word in words[phrase.first : phrase.last + 1]):
        return None
    named = phrase_at(words, i)
    if named is None or (named.kind != "name" and not is_capital(words[named.last].word)):
        return None
    behind = words[named.last + 1].word if named.last + 1 < len(words) else "."
    return named if behind in (",", ".", ";", "(", ":", "of", "in") else None


def _can_be_somebody(low: str) -> bool:
    return low in _PEOPLE or low.endswith(("man", "ant", "ist"))


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
