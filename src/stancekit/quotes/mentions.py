"""What the form of a mention tells: its noun, the name inside it, its number and gender."""

from __future__ import annotations

from stancekit.quotes.cues import CONJUNCTIONS, PREPOSITIONS
from stancekit.quotes.genders import HONORIFICS
from stancekit.quotes.nouns import PERSON_NOUNS
from stancekit.quotes.phrases import Phrase, Token, phrase_at
from stancekit.quotes.titles import bare_name
from stancekit.quotes.wordset import wordset

CLAUSE_WORDS = wordset("when as while after before if though although since because until once")
FORMER = wordset("former longtime long-time")
TELLS = wordset("told tells asked asks reminded assured warned informed")
_NARROWS = wordset("of for at from in with on to about by who that")
_BEHIND_NOUN = wordset("familiar close briefed involved knowledgeable aware directly informed present privy working")
"""Words behind the noun they go with: "a person familiar with the matter"."""
LOOSE = wordset("then of state the veteran longtime ex")
"""Words of a nominal that a role need not repeat."""


def honorific(mention: str) -> str | None:
    """The gender that "Mr." or "Mrs." in front of a name shows."""
    return HONORIFICS.get(mention.split()[0].rstrip(".").lower())


def main_subject(words: list[Token]) -> Phrase | None:
    """The subject behind an opening clause ("When Li spoke, Roe differed"), else that of the clause."""
    if len(words) > 3 and words[0].low == "for":
        told = phrase_at(words, 1)  # "For Roe, a baker, the night was long"
        if told is None or told.kind != "name" or told.last + 1 >= len(words) or words[told.last + 1].word != ",":
            return None
        return told
    if len(words) < 3 or words[0].low not in CLAUSE_WORDS:
        return None
    return behind_comma(words) or phrase_at(words, 2 if words[1].low == "for" else 1)  # "As for Li, he"


def behind_comma(words: list[Token]) -> Phrase | None:
    """The name that begins a main clause behind a comma: ", Roe differed"."""
    for i in range(2, len(words) - 1):
        if words[i - 1].word == "," or (words[i - 1].word in '”"’' and words[i - 2].word == ","):
            phrase = phrase_at(words, i)
            if phrase is not None and phrase.kind == "name" and phrase.last + 1 < len(words):
                verb = words[phrase.last + 1]
                if verb.word.islower() and verb.low not in PREPOSITIONS and verb.low not in CONJUNCTIONS:
                    return phrase
    return None


def behind_there(words: list[Token]) -> Phrase | None:
    """The name in "Then there's Roe"."""
    for i in range(min(3, len(words) - 1)):
        if words[i].low in ("there’s", "there's"):
            phrase = phrase_at(words, i + 1)
            return phrase if phrase is not None and phrase.kind == "name" else None
    return None


def noun_of(words: list[str]) -> str:
    """The noun that a nominal is about: before its first preposition."""
    last = words[0]
    for i, word in enumerate(words):
        low = word.lower().strip(",")
        if low in _NARROWS or (i > 1 and low in _BEHIND_NOUN and (i + 1 == len(words) or words[i + 1] in _NARROWS)):
            break
        last = low
    return last.removesuffix("’s").removesuffix("'s")


def nouns_of(role: str) -> list[str]:
    """The words of a role that say what somebody is: not the lawsuit in "plaintiff in the lawsuit"."""
    words = role.lower().split()
    return words[: next((i for i, word in enumerate(words) if word in _NARROWS), len(words))]


def name_inside(mention: str) -> str:
    """The name at the end of a nominal: "analyst Mara Lindqvist" → "Mara Lindqvist"."""
    words = mention.split()
    if not words or not words[-1][:1].isupper():
        return ""
    i = len(words)
    while i > 0 and words[i - 1][:1].isupper():
        i -= 1
    if any(word in ("of", "for", "at", "from", "in", "with") for word in words):
        post = len(words) - i > 1 and i > 2 and words[i - 2] == "of" and words[i - 1] not in PERSON_NOUNS
        if not post:  # "director of sales Mara Lindqvist", but "a friend of Mara Lindqvist"
            return ""
    inner = bare_name(" ".join(words[i:]))
    return inner if i > 0 or inner != mention else ""


def leading_role(mention: str, name: str) -> str | None:
    """The title in front of a name: "Police Commissioner"."""
    bare = bare_name(mention)
    if bare == mention:
        return None
    role = mention[: mention.rfind(bare.split()[0])].strip() if bare else ""
    return role if len(role) > 4 and role != name else None
