"""Whether a name can be meant: by a pronoun of some gender or number, by "the investor"."""

from __future__ import annotations

from stancekit.quotes.cues import DETERMINERS, PRONOUNS
from stancekit.quotes.genders import GENDER_OF_NOUN
from stancekit.quotes.mentions import honorific, noun_of
from stancekit.quotes.names import Names
from stancekit.quotes.nouns import (
    BODIES,
    BODY_NAMES,
    EPITHETS,
    PEOPLE_ENDINGS,
    PERSON_NOUNS,
    PLURALS,
    SOURCE_NOUNS,
    UNNAMED,
)
from stancekit.quotes.phrases import is_possessive
from stancekit.quotes.places import is_known_place
from stancekit.quotes.titles import TITLE_WORDS, surname
from stancekit.records import Speaker

_LONGEST_PERSON = 7
"""Words of a mention that can be one person: more are a headline."""
_TRIED = 12


def fits(names: Names, name: str, mention: str, wanted: str) -> bool:
    """Whether the text lets a pronoun of this gender or number stand for a name."""
    words = mention.lower().split()
    head = noun_of(words)
    last = surname(name.split())
    common = name == mention and mention.rsplit(" ", 1)[-1][:1].islower()
    plural = (
        (" and " in mention and " and " in name)
        or head in PLURALS
        or (common and head[-1:] == "s" and head[-2:] not in ("ss", "us"))
    )
    body = head in BODIES or (last[:1].isupper() and (last.lower() in BODY_NAMES or is_acronym(last)))
    written = common and head in SOURCE_NOUNS - PERSON_NOUNS and words[0] in DETERMINERS  # "the letter"
    if wanted == "plural":
        return plural or (body and not (len(words) > 1 and name.isupper()))
    if wanted == "thing":
        return body or written
    people = head in PERSON_NOUNS or head.endswith(PEOPLE_ENDINGS)
    described = common and people and words[0] in DETERMINERS  # "a manager at a maker of …"
    if plural or body or written or (len(name.split()) > _LONGEST_PERSON and not described):
        return False
    if is_known_place(name) and not names.is_person(name):
        return False
    if wanted == "person":
        return True
    shown = None if last[:1].isupper() and head == last.lower() else GENDER_OF_NOUN.get(head)  # not in "Dana King"
    gender = shown or honorific(mention) or names.gender(name)
    return gender is None or gender == wanted


def is_somebody(names: Names, speaker: Speaker) -> bool:
    """Whether a speaker is a name, or a nominal with a noun for people: what a pronoun can stand for."""
    name = speaker.name
    if name.lower() in PRONOUNS:
        return False
    head = noun_of(name.split())
    if name.lower() in TITLE_WORDS or (is_possessive(name.split()[0]) and name.split()[-1].islower()):
        return False
    named = (
        name[:1].isupper()
        and name.split()[0].lower() not in DETERMINERS
        and (
            " " in name
            or name in names.honorific
            or speaker.text == name
            or speaker.text.split()[0].lower() in DETERMINERS
        )
    )
    return named or head in PERSON_NOUNS or head in GENDER_OF_NOUN or head in BODIES or head in SOURCE_NOUNS


def is_acronym(word: str) -> bool:
    """Whether a word is spelled like a body's short name: "NATO", "KING-TV", not "O'Hara"."""
    return 1 < len(word) < 9 and word[:2].isalpha() and word[:2].isupper()


def is_body(names: Names, name: str, told: str) -> bool:
    """Whether a name is that of a body, by its form or because ``told``, what is said of it, calls it "it"."""
    if names.is_person(name) or names.gender(name) is not None or name.lower() in PRONOUNS:
        return False
    last = name.rsplit(" ", 1)[-1]
    formal = last.lower() in BODY_NAMES or (last.isupper() and 1 < len(last) < 9)
    return formal or " " not in name or not {"it", "its"}.isdisjoint(told.lower().split())


def describes(text: str, mention: str, before: int) -> bool:
    """Whether "the investor" can only describe somebody named: no investor without a name came before."""
    head = mention.rsplit(" ", 1)[-1]
    if not head.islower() or head in UNNAMED or head in BODIES or head.endswith("s") or mention.count(" ") > 3:
        return False
    if head not in PERSON_NOUNS and head not in EPITHETS and not head.endswith((*PEOPLE_ENDINGS, "-year-old")):
        return False
    at = before
    for _ in range(_TRIED):
        at = text.rfind(head, 0, at)
        if at < 0:
            return True
        lead = text[max(0, at - 40) : at].lower().split()[-4:]
        if any(word in ("a", "an", "another", "one") for word in lead):
            return False
    return True
