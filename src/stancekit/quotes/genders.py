"""The words that show a person's gender."""

from __future__ import annotations

import re

from stancekit.quotes.cues import CONJUNCTIONS
from stancekit.quotes.wordset import wordset

HONORIFICS = {
    "mr": "male",
    "mrs": "female",
    "ms": "female",
    "miss": "female",
    "sir": "male",
    "mme": "female",
}
_GENDERED = {
    "male": wordset(
        """
        spokesman chairman businessman congressman councilman salesman policeman fireman gentleman man
        father son brother husband king prince duke actor waiter uncle grandfather grandson nephew boy
        widower assemblyman alderman ombudsman
        """
    ),
    "female": wordset(
        """
        spokeswoman chairwoman businesswoman congresswoman councilwoman saleswoman policewoman woman lady
        mother daughter sister wife queen princess duchess actress waitress aunt grandmother granddaughter
        niece girl widow assemblywoman alderwoman
        """
    ),
}
GENDER_OF_NOUN = {noun: gender for gender, nouns in _GENDERED.items() for noun in nouns}
_UPPER = "[^\\W\\d_a-zß-öø-ÿ]"
_PRONOUN_NEAR = re.compile(
    r"\b(?:([Hh]e|[Hh]is|him|himself)|([Ss]he|[Hh]er|hers|herself))\b"
    r"(?! (?:said|says|added|told|wrote|asked|noted|continued)\b)"
)
_OTHER_NAME = re.compile(rf"(?<=[\w,;] ){_UPPER}\w|[“”\"«]|''|[.?!\n]\s+(?!\s|(?:He|She|His|Her)\b)")
_OPENERS = CONJUNCTIONS | wordset("said says told")
_WINDOW = 140


def shown_behind(text: str, start: int, end: int) -> tuple[str, int]:
    """The gender of the first pronoun behind the mention ``text[start:end]``, and its weight: 0 where none is near."""
    near = _PRONOUN_NEAR.search(text, end, end + _WINDOW)
    if near is None or _OTHER_NAME.search(text, end, near.start()):
        return "", 0
    if text[end : near.start()] in (", ", ", which ", ", whom "):
        return "", 0  # "Ada Roe, his sister", "asked about Ada Roe, he": another's
    if text.endswith(" by ", 0, start) and text[end : near.start()] in (" whether ", " if ", " about "):
        return "", 0  # "asked by Roe whether she": another's
    if text.startswith(("’s ", "'s "), end) and text.endswith(", which ", end, near.start()):
        return "", 0  # "Roe’s server, which he": another's
    plain = near.group().lower() in ("he", "she")  # "her" may be another's
    return "male" if near.group(1) else "female", (1 + plain) * (1 + _leads(text, start))


def _leads(text: str, start: int) -> bool:
    """Whether a mention stands where a subject does: at the head of a sentence or a clause."""
    before = text[max(0, start - 40) : start].split()
    while before and before[-1][:1].isupper() and before[-1][-1:] not in ".,?!”\"'’" and len(before[-1]) > 1:
        before.pop()  # titles and given names
    return not before or before[-1][-1] in '.?!”":—' or before[-1].lower() in _OPENERS
