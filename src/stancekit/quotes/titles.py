"""The words of a name: its titles, its surname, what is left without them."""

from __future__ import annotations

from stancekit.quotes.genders import HONORIFICS
from stancekit.quotes.nouns import PERSON_NOUNS
from stancekit.quotes.phrases import TITLES, is_possessive
from stancekit.quotes.wordset import wordset

_SUFFIXES = wordset("jr sr ii iii iv phd md")
TITLE_WORDS = (
    TITLES
    | PERSON_NOUNS
    | wordset(
        """
        former vice prime senator governor congressman congresswoman representative justice king queen
        pope prince princess sir lady lord captain major colonel general admiral lieutenant sergeant
        detective reverend bishop cardinal imam rabbi father sister attorney ex president-elect foreign
        deputy acting speaker republican democratic democrat chancellor premier emperor actor actress
        singer comedian pollster presidential whip ceo cfo coo treasury defense defence finance trade interior house
        senate majority minority first republicans democrats
        """
    )
)
_INSIDE = wordset("de da di du la le del der den van von bin al el of the for and")
_PLACES_OF = wordset(
    """
    university bank institute ministry department council house league association chamber court party board church
    school college academy society union federation museum office bureau center centre institution republic city
    state states kingdom museum minister secretary director
    """
)


def is_title(word: str) -> bool:
    """Whether a word in front of a name is a title or a description: "Sen.", "Korean-born"."""
    low = word.rstrip(".").lower()
    return low in TITLE_WORDS or low.endswith("-in-chief") or ("-" in word and word.rsplit("-", 1)[1].islower())


def surname(words: list[str]) -> str:
    """The word by which a name is taken up again: the last, before "Jr."."""
    i = len(words) - 1
    while i > 0 and words[i].rstrip(".").lower() in _SUFFIXES:
        i -= 1
    return words[i].removesuffix("’s").removesuffix("'s").rstrip(".,") if words else ""


def bare_name(mention: str) -> str:
    """A mention without titles and roles: "Police Commissioner Dana Roe" → "Dana Roe"."""
    words, _ = bare_words(mention)
    return " ".join(words) or mention


def bare_words(mention: str) -> tuple[list[str], str | None]:
    """The words of a name without titles and origin, and its honorific's gender."""
    words = mention.split()
    if "of" in words:
        origin = words.index("of")
        if sum(not is_title(word) for word in words[:origin]) > 1 and words[origin - 1].lower() not in _PLACES_OF:
            words = words[:origin]  # "Chris Hale of Velmar", but "Free University of Velmar"
    start = 0
    honorific = None
    for i, word in enumerate(words[:-1]):
        if is_possessive(word) and words[i + 1][0].isupper() and words[-1][0].isupper():
            words = words[i + 1 :]  # "the Velmar Post's Dana Roe"
            break
    for i, word in enumerate(words[:-1]):
        low = word.rstrip(".").lower()
        if low in HONORIFICS:
            honorific = HONORIFICS[low]
        if is_title(word) or (word.islower() and low not in _INSIDE):
            start = i + 1
    bare = words[start:]
    if len(bare) > 2 and bare[0] == "of":
        bare = bare[2:]  # "Secretary of State Dana Roe"
    if bare:
        bare[-1] = bare[-1].removesuffix("’s").removesuffix("'s").rstrip(",’'")
    return bare, honorific


def extends(full: str, words: list[str]) -> bool:
    """Whether a name is a fuller form: "Dana M. Roe" for "Dana Roe"."""
    parts = full.split()
    return len(parts) <= 5 and parts[0] == words[0] and surname(parts) == surname(words)
