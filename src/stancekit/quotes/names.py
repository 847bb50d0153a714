"""The people and bodies an article names: by surname, by title, with what the text shows of them.

One pass over the capitalised words. Gender comes from the text alone: an honorific, a gendered
noun, or the pronouns that follow a name; never from a given name.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from stancekit.quotes.cues import AUXILIARIES, COMMON_VERBS, CUES, FUNCTION_WORDS, MONTHS, WEEKDAYS
from stancekit.quotes.genders import GENDER_OF_NOUN, HONORIFICS, shown_behind
from stancekit.quotes.nouns import BODY_NAMES, PERSON_NOUNS
from stancekit.quotes.phrases import CUES_FINITE, TITLES, is_possessive
from stancekit.quotes.titles import bare_words, extends, is_title, surname
from stancekit.quotes.wordset import wordset

_UPPER = "[^\\W\\d_a-zß-öø-ÿ]"
_WORD = rf"(?:{_UPPER}\.)+|{_UPPER}[\w’'-]*"
_PARTICLE = "(?:de|da|di|du|la|le|del|der|den|van|von|bin|al|el)[ \u00a0]"
_ABBREVIATED = "(?:Mr|Mrs|Ms|Mx|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|Cpl|Maj|Adm|Rev|Hon|St|Jr|Sr|Atty|Supt)[.]"
_NAME = re.compile(rf"(?<!\w)(?:{_ABBREVIATED}|{_WORD})(?:[ \u00a0](?:{_PARTICLE})*(?:{_ABBREVIATED}|{_WORD}))+")
_NOT_FIRST = (
    FUNCTION_WORDS
    | CUES.keys()
    | MONTHS
    | WEEKDAYS
    | wordset(
        """
        also here there now then still even not yes no neither either both don’t don't meanwhile however instead
        was were is are did does do has have had can could would should
        """
    )
) - frozenset(("will", "mark", "grant", "may", "state"))
_SELDOM_NAMES = COMMON_VERBS | AUXILIARIES | wordset("will mark grant may new first last next why how who what")
_SPELLED = {"sen": "senator", "gov": "governor", "rep": "representative", "gen": "general", "prof": "professor"}
_SAYS = (" said", " says", " told", " wrote", " added", ", who ")
_LOWER_OR_COMMA = frozenset("abcdefghijklmnopqrstuvwxyz,")
_KIN = wordset("wife husband mother father daughter son sister brother")
_LONGEST = 7
_STRETCH = 30_000
_LOOKED_AT = 12
"""Mentions of a name that are read for its gender: enough, and it keeps long texts linear."""


class Name(NamedTuple):
    """A mention of two words or more, without its titles."""

    start: int
    text: str
    role: str


class Names:
    """What an article calls people."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.by_word: dict[str, list[Name]] = {}
        self.by_role: dict[str, list[Name]] = {}
        self.honorific: dict[str, str] = {}
        self._genders: dict[str, str | None] = {}
        self._fullest: dict[str, str] = {}
        self._persons: set[str] = set()
        self._inside: dict[str, bool] = {}
        self._places: dict[str, bool] = {}
        self._roles: dict[str, str | None] = {}
        self.headline = max(0, text.find("\n", 0, 300))
        for found in _NAME.finditer(text):
            self._add(found.start(), found.group())

    def _add(self, start: int, raw: str) -> None:
        words = raw.split()
        first = 0
        while first < len(words) and words[first].lower() in _NOT_FIRST:
            first += 1
        owner = max((i for i, word in enumerate(words[:-1]) if is_possessive(word)), default=-1)
        first = max(first, owner + 1)  # "Velmar's Dana Roe"
        if words[first : first + 1] == ["State"] and len(words) > 2 and self.text.endswith("of ", 0, start):
            first += 1  # "Secretary of State Dana Roe"
        title = first
        for i in range(len(words) - 1, first - 1, -1):
            if is_title(words[i]) and i < len(words) - 1:
                title = i + 1
                break
        parts = words[title:]
        if len(parts) > _LONGEST:
            return  # a headline
        while len(parts) > 1 and parts[-1].rstrip(".,").lower() in WEEKDAYS:
            parts.pop()  # "in Velmar Monday"
        if not parts or parts[0].lower() in _NOT_FIRST:
            return  # a headline: "Supporter Who Was"
        parts[-1] = parts[-1].removesuffix("’s").removesuffix("'s").rstrip(".,’'")
        key = surname(parts)
        if title > first:
            honorific = HONORIFICS.get(words[title - 1].rstrip(".").lower())
            if honorific:
                self.honorific.setdefault(key, honorific)
        role = " ".join(words[first:title])
        spelled = _SPELLED.get(words[title - 1].rstrip(".").lower()) if title > first else None
        if spelled:
            role = f"{role[: role.rfind(words[title - 1])]}{spelled}"
        if role.rstrip(".").lower() in TITLES:
            role = ""
        name = Name(start + raw.find(parts[0], sum(len(w) + 1 for w in words[:title])), " ".join(parts), role)
        if len(parts) > 1:
            for word in {*parts, key}:
                self.by_word.setdefault(word, []).append(name)
        if role or title > first:
            self._persons.add(name.text)
        if role:
            for word in role.lower().split():
                if word in GENDER_OF_NOUN and word not in _KIN:  # "Father Paul Roe" is a priest
                    self._genders.setdefault(name.text, GENDER_OF_NOUN[word])
                self.by_role.setdefault(word, []).append(name)
        end = start + len(raw)
        if len(parts) > 1 and self.text.startswith(_SAYS, end):
            self._persons.add(name.text)
        if self.text.startswith(", ", end) and len(parts) > 1:
            self._add_appositive(name, end + 2)
        elif start > 2 and self.text[start - 1] == " " and self.text[start - 2] in _LOWER_OR_COMMA:
            before = self.text[self.text.rfind(" ", max(0, start - 24), start - 1) + 1 : start - 1].rstrip(",")
            if before in _KIN:
                self._genders.setdefault(name.text, GENDER_OF_NOUN[before])
            if before in PERSON_NOUNS:
                self.by_role.setdefault(before, []).append(name._replace(role=role or before))

    def _add_appositive(self, name: Name, at: int) -> None:
        stop = at
        limit = min(len(self.text), at + 120)
        while stop < limit and self.text[stop] not in ',.;:(\n“"':
            stop += 1
        words = self.text[at:stop].split()
        if not words or not (words[0].islower() or words[0] in ("The", "A", "An")):
            return
        if (stop < limit and self.text[stop] in '“"') or any(word in CUES_FINITE for word in words):
            return  # no appositive: "At the talks with Roe, the minister said"
        role = " ".join(words[1:] if words[0] in ("a", "an", "the", "his", "her", "its") else words)
        for word in words:
            if word in PERSON_NOUNS or word in GENDER_OF_NOUN:
                self._persons.add(name.text)
                self.by_role.setdefault(word, []).append(name._replace(role=role))
            if word in GENDER_OF_NOUN:
                self._genders.setdefault(name.text, GENDER_OF_NOUN[word])

    def fullest(self, mention: str) -> str:
        """The fullest name in the article for a mention: "Fang" → "Fang Xingdong"."""
        known = self._fullest.get(mention)
        if known is None:
            known = self._fullest[mention] = self._find_fullest(mention)
        return known

    def _find_fullest(self, mention: str) -> str:
        lone, of, _ = mention.partition(" of ")
        if of and " " not in lone and any(surname(n.text.split()) == lone for n in self.by_word.get(lone, ())[:20]):
            return self.fullest(lone)  # "Roe of the teachers' union"
        words, honorific = bare_words(mention)
        if not words or len(words) > 4:
            return " ".join(words) or mention
        return self._among(words, honorific)

    def _among(self, words: list[str], honorific: str | None) -> str:
        key = surname(words)
        if len(words) > 1:
            named = {n.text: None for n in self.by_word.get(key, ())[:200]}
            longer = [full for full in named if extends(full, words)]
            if not longer or longer == [" ".join(words)]:  # a surname of two words
                ending = " " + " ".join(words).lower()
                longer += [
                    full
                    for full in named
                    if full.lower().endswith(ending) and (self.gender(full) or self.is_person(full))
                ]
            return max(longer, key=len, default=" ".join(words))
        groups: dict[tuple[str, str], list[Name]] = {}
        body: set[tuple[str, str]] = set()  # a headline's capitals join words that are no name
        for name in self.by_word.get(key, ())[:400]:
            parts = name.text.split()
            if key in (surname(parts), parts[0]) and len(parts) <= 4:
                if name.start >= self.headline:
                    body.add((parts[0], surname(parts)))
                groups.setdefault((parts[0], surname(parts)), []).append(name)
        if not groups or (words[0].isupper() and 1 < len(words[0]) < 7):
            return words[0]

        def weight(item: tuple[tuple[str, str], list[Name]]) -> tuple[int, bool, bool, bool, int]:
            (given, last), found = item
            gender = self.gender(found[0].text) if honorific else None
            fits = 0 if gender is None else 1 if gender == honorific else -1
            plain = given.lower() not in _SELDOM_NAMES
            return (fits, last == key, plain, (given, last) in body, -found[0].start)

        held = [name.text for name in max(groups.items(), key=weight)[1]]
        # the father, "Paul Roe Sr.", is somebody else where his son is named too
        return max([full for full in held if not full.endswith(" Sr")] or held, key=len)

    def fitting(self, mention: str, gender: str) -> str:
        """The fullest name for a mention whose surname several people share, by what the text shows of them."""
        name = self.fullest(mention)
        if " " in mention or gender not in ("male", "female") or self.gender(name) == gender:
            return name
        for other in {n.text: None for n in self.by_word.get(surname([mention]), ())[:100]}:
            if surname(other.split()) == mention and self.gender(other) == gender and self.in_body(other):
                return self.fullest(other)
        return name

    def in_body(self, full: str) -> bool:
        """Whether a name stands below the headline, whose capitals join words that are no name."""
        named = self.by_word.get(surname(full.split()), ())[:200]
        return any(name.text == full and name.start >= self.headline for name in named)

    def is_place(self, name: str) -> bool:
        """Whether the article uses a name as that of a place, "in Velmar", and never gives it a role."""
        known = self._places.get(name)
        if known is None:
            enough = 2 if " " in name and self.gender(name) is not None else 1
            known = self._places[name] = not self.is_person(name) and self._holds(name) >= enough
        return known

    def _holds(self, word: str) -> int:
        """How often something is said to be in what a word names, as far as it matters."""
        found = 0
        for lead in (" in ", " across "):
            at = -1
            for _ in range(_LOOKED_AT):
                at = self.text.find(lead + word, at + 1, _STRETCH)
                if at < 0:
                    break
                end = at + len(lead) + len(word)
                after = self.text[end : end + 1]
                found += not after.isalnum() and after not in ("'", "’")
        return found

    def is_name(self, word: str) -> bool:
        """Whether a capitalised word is one inside a sentence too: the start of a sentence proves nothing."""
        known = self._inside.get(word)
        if known is None:
            known = self._inside[word] = self._stands_inside(word)
        return known

    def _stands_inside(self, word: str) -> bool:
        at = 0
        for _ in range(_LOOKED_AT):
            at = self.text.find(" " + word, at, _STRETCH)
            if at < 1:
                break
            end = at + 1 + len(word)
            if self.text[at - 1].islower() and not self.text[end : end + 1].isalnum():
                return True
            at = end
        # quoted words are no names: „Wir“
        plain = self.text.count(word, 0, _STRETCH) - sum(self.text.count(mark + word, 0, _STRETCH) for mark in '“„«"')
        return plain > 1 and not word.endswith("s") and self.text.find(f" {word.lower()} ", 0, _STRETCH) < 0

    def role_of(self, full: str) -> str | None:
        """The title that stands before a full name somewhere in the article."""
        if full not in self._roles:
            named = self.by_word.get(surname(full.split()), ())
            self._roles[full] = next((name.role for name in named if name.text == full and name.role), None)
        return self._roles[full]

    def first_of(self, full: str) -> int:
        """Where a name of two words or more stands first."""
        named = self.by_word.get(surname(full.split()), ())[:200]
        return next((name.start for name in named if name.text == full), 0)

    def is_person(self, full: str) -> bool:
        """Whether the article gives a name a title, an honorific or a role."""
        return surname(full.split()) in self.honorific or full in self._persons

    def only_with_role(self, noun: str, modifiers: set[str]) -> str | None:
        """The one person of the article with a role, if there is just one."""
        held = self.by_role.get(noun, [])[:200]
        named = {
            n.text
            for n in held
            if modifiers <= set(n.role.lower().split()) and n.text.rsplit(" ", 1)[-1].lower() not in BODY_NAMES
        }
        return named.pop() if len(named) == 1 else None

    def with_role(self, noun: str, before: int, modifiers: set[str]) -> Name | None:
        """The last person before an offset whom the article gives a role: "the Norwegian minister"."""
        named = self.by_role.get(noun, [])
        end = bisect_left(named, before, key=lambda name: name.start)
        for name in reversed(named[max(0, end - 4 * _LOOKED_AT) : end]):
            role = name.role.lower()
            if modifiers <= set(role.split()) if modifiers else role == noun:  # "President Roe", not "bank president"
                return name
        return _last_before(named, before) if not modifiers else None

    def body(self, noun: str, before: int, modifiers: set[str]) -> Name | None:
        """The nearest name that holds a noun, rather before an offset: "the ministry" → "Commerce Ministry"."""
        held = self.by_word.get(noun.capitalize(), [])
        named = [name for name in held if modifiers <= set(name.text.lower().split())] if modifiers else held
        return _last_before(named, before) or (named[0] if named else None)

    def has_role(self, full: str, noun: str) -> bool:
        """Whether the article anywhere gives a person a role: "Dana Roe, the senator"."""
        return any(name.text == full for name in self.by_role.get(noun, ())[: 4 * _LOOKED_AT])

    def gender(self, full: str) -> str | None:
        """What the text shows of a person's gender, if it does."""
        if full in self._genders:
            return self._genders[full]
        key = surname(full.split())
        given = [n.text.split()[0] for n in self.by_word.get(key, ())[:50] if surname(n.text.split()) == key]
        if key in self.honorific and len(set(given)) < 2:
            return self.honorific[key]
        # a surname alone is the person's whom the article names most
        alone = 5 * given.count(full.split()[0]) > 4 * len(given)
        counts = [0, 0]
        ends = self._mentions(full, key, alone)
        for end in ends:
            start = end - len(full) if self.text.endswith(full, 0, end) else end - len(key)
            shown, weight = shown_behind(self.text, start, end)
            counts[shown == "female"] += weight
        male, female = counts
        gender = "male" if male > 2 * female else "female" if female > 2 * male else None
        if male + female < (3 if len(ends) > 4 else 2):
            gender = None  # one pronoun near one of many mentions may be another's
        self._genders[full] = gender
        return gender

    def _mentions(self, full: str, key: str, alone: bool) -> list[int]:
        """Where mentions of a person end: of the surname too, where nobody shares it. A bounded stretch is read."""
        full_names = [n for n in self.by_word.get(key, ())[:200] if n.text == full]
        if not full_names or not alone:
            return [n.start + len(n.text) for n in full_names[:_LOOKED_AT]]
        at = max(0, full_names[0].start - _STRETCH // 10)
        limit = at + _STRETCH
        ends: list[int] = []
        while len(ends) < 2 * _LOOKED_AT:
            at = self.text.find(key, at, limit)
            if at < 0:
                break
            at += len(key)
            ends.append(at)
        return ends


def _last_before(names: list[Name], before: int) -> Name | None:
    i = bisect_left(names, before, key=lambda name: name.start)
    return names[i - 1] if i else None
