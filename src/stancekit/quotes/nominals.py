"""Whom "the minister", "the company" or "the former mayor" stands for, where the article names it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from stancekit.quotes.antecedents import Antecedent, Antecedents
from stancekit.quotes.attribution import anywhere
from stancekit.quotes.cues import DETERMINERS, PRONOUNS
from stancekit.quotes.fits import describes, is_body
from stancekit.quotes.genders import GENDER_OF_NOUN
from stancekit.quotes.mentions import FORMER, LOOSE, noun_of, nouns_of
from stancekit.quotes.names import Names
from stancekit.quotes.nouns import BODIES, BODY_NAMES, EPITHETS, SOURCE_NOUNS, TAKEN_UP
from stancekit.quotes.phrases import Phrase, tokens
from stancekit.quotes.sentences import sentence_ends
from stancekit.quotes.subjects import lead_phrase
from stancekit.quotes.titles import surname
from stancekit.quotes.wordset import wordset
from stancekit.records import Speaker

_READ_BACK = 700
_OF = re.compile(r" (?:of|for) [A-Z][\w’'-]+")
"""What goes on a body's name: "Board of Elections"."""
_OWNED = wordset("campaign administration camp team")
_STRETCH = 3000
_TRIED = 12
_NEAR = 60
"""Characters between a quote and a nominal that go on with its speaker."""
_SENTENCES = 3
"""Sentences read back for a body."""


class Named(NamedTuple):
    """What a mention was read as: name and role, a note for the reason, and how far to trust it."""

    name: str
    role: str | None = None
    note: str = ""
    trust: float = 1.0


class Nominals:
    """Names nominals, by those who spoke before, by roles, and by whom the reporter speaks of."""

    def __init__(self, text: str, names: Names, spoken: list[Speaker], antecedents: Antecedents) -> None:
        self.text = text
        self.names = names
        self.spoken = spoken
        self.antecedents = antecedents
        self._deep = False
        """Whether the subject that a nominal takes up is being named itself."""

    def settled(self, found: Antecedent) -> tuple[str, str | None]:
        """Name and role of an antecedent: a nominal is named too, where the article does."""
        if found.nominal is None:
            return found.name, found.role
        phrase = found.nominal
        return self.named(phrase, found.name, max(0, phrase.start - _READ_BACK), phrase.start)[:2]

    def named(self, phrase: Phrase, mention: str, begin: int, quote_start: int) -> Named:
        """What a nominal stands for: itself, where the article does not tell.

        Args:
            phrase: The mention.
            mention: Its words.
            begin: Where the words that may tell begin.
            quote_start: Where the quote begins.
        """
        words = mention.split()
        if len(words) < 2 or words[0].lower() not in ("the", "this", "that", "former"):
            return Named(mention)
        head = noun_of(words)
        until = min(phrase.start, quote_start)
        begin = max(begin, until - _READ_BACK)
        modifiers = {word.lower() for word in words[1:-1]} - LOOSE
        return (
            self._person(phrase, mention, head, modifiers, begin, until)
            or self._body(phrase, mention, head, modifiers, begin, until)
            or Named(mention)
        )

    def _person(
        self, phrase: Phrase, mention: str, head: str, modifiers: set[str], begin: int, until: int
    ) -> Named | None:
        """Whom the nominal stands for, if it is somebody named."""
        words = mention.split()
        if head in EPITHETS:
            subject = self.antecedents.before(until, "person", begin)
            if subject is not None and self.names.has_role(subject.name, head):
                role = self.names.role_of(subject.name) or head
                return Named(subject.name, role, f"; “{mention}” read as {subject.name}, {role}", 0.9)
            if subject is not None and len(words) == 2 and self._alone_in_paragraph(subject, until):
                return Named(subject.name, None, f"; “{mention}” read as {subject.name}, spoken of before", 0.7)
        if head in EPITHETS and len(words) == 2 and until - begin < _NEAR:
            talking = self._talking(begin, until, head)
            if talking is not None:
                note = f"; “{mention}” read as {talking.name}, who spoke before"
                return Named(talking.name, talking.role, note, 0.8)
        for earlier in reversed(self.spoken) if mention.rsplit(" ", 1)[-1][:1].islower() else ():
            known = [noun_of(earlier.text.lower().split()), *nouns_of(earlier.role or "")]
            unnamed = earlier.name.startswith(("a ", "an ", "A ", "An "))  # "a source", then "the source"
            if head in known and (unnamed or len(earlier.name) > len(mention)):
                note = f"; “{mention}” read as {earlier.name}, who spoke before"
                return Named(earlier.name, earlier.role, note, 0.9)
        named = self.names.with_role(head, phrase.start, modifiers) if head not in BODIES else None
        if named is None and head in EPITHETS and any(word[0].isupper() for word in words[1:-1]):
            last = self.names.with_role(head, phrase.start, set())
            if last is not None and self.text.find("\n", last.start, phrase.start) < 0:
                named = last  # "Sen. Roe spoke for long, the Velmar senator said"
        if named is not None:
            full = self.names.fullest(named.text)
            return Named(full, named.role, f"; “{mention}” read as {full}, {named.role}", 0.85)
        described = head in EPITHETS or words[0] == "former" or words[1].lower() in FORMER
        if described or describes(self.text, mention, phrase.start):
            meant = (
                self.names.only_with_role(head, modifiers)
                or self._spoken_of(head, begin, until)
                or self.names.only_with_role(head, set())
                or self._last_epithet(head)
            )
            if meant is not None:
                return Named(meant, None, f"; “{mention}” read as {meant}, the one spoken of", 0.7)
        return None

    def _body(
        self, phrase: Phrase, mention: str, head: str, modifiers: set[str], begin: int, until: int
    ) -> Named | None:
        """Which body the nominal stands for, if it is one that is named."""
        words = mention.split()
        bare = mention[4:].islower()
        spoken_of = self._body_spoken_of(head, begin, until) if head in TAKEN_UP and bare and len(words) < 4 else None
        if spoken_of is not None:
            return Named(spoken_of, None, f"; “{mention}” read as {spoken_of}, spoken of before", 0.8)
        if head in BODIES or (head in BODY_NAMES and words[1][0].isupper()):
            body = self.names.body(head, phrase.start, modifiers)
            if body is not None and not self._kind_named_between(head, body.start, phrase.start):
                of = _OF.match(self.text, body.start + len(body.text))
                whole = body.text + of.group() if of is not None else body.text
                return Named(whole, None, f"; “{mention}” read as {whole}", 0.85)
        if head in SOURCE_NOUNS and len(words) == 2:
            held = self.names.by_word.get(head.capitalize(), ())[:_TRIED]
            named = {name.text for name in held if self.names.headline <= name.start < phrase.start}
            only = named.pop() if len(named) == 1 else ""
            if only.lower().endswith(f" {head}"):
                return Named(only, None, f"; “{mention}” read as {only}", 0.8)  # "the Velmar Survey", "the survey"
        if head in _OWNED and len(words) == 2:
            owned = self._owned(head, until)
            if owned is not None:
                return Named(owned, None, f"; “{mention}” read as {owned}, spoken of before", 0.7)
        return None

    def _owned(self, head: str, until: int) -> str | None:
        """The body that last stood behind its owner: "the Roe campaign", "Roe's campaign"."""
        at = until
        for _ in range(_TRIED):
            at = self.text.rfind(f" {head}", max(0, at - _STRETCH), at)
            if at < 0:
                return None
            owner = self.text[self.text.rfind(" ", max(0, at - 24), at) + 1 : at]
            if owner[:1].isupper() and owner.lower() not in DETERMINERS:
                owner = owner.removesuffix("’s").removesuffix("'s")
                return f"the {owner} {head}"
        return None

    def _body_spoken_of(self, head: str, begin: int, until: int) -> str | None:
        """Which name "the company" takes up: the body that was the subject last, else that spoke last."""
        stops = [begin, *sentence_ends(self.text, begin, until)]
        sentences = [(start, stop) for start, stop in pairwise(stops) if self.text[start:stop].strip()]
        for start, stop in reversed(sentences[-_SENTENCES:]):
            start = max(start, self.text.rfind("\n", start, stop - 1) + 1)  # a line above is no part of it
            words = tokens(self.text, start, stop)
            said_by = anywhere(words)
            subjects = [lead_phrase(words, 0, len(words)), said_by.speaker if said_by is not None else None]
            for subject in subjects:
                name = self._taken_up(subject, head, stop) if subject is not None else None
                if name is not None:
                    return name
        return self._body_that_spoke()

    def _taken_up(self, subject: Phrase, head: str, stop: int) -> str | None:
        """The body that a subject names, for a noun of its kind."""
        if subject.kind == "pronoun":
            return None
        said = self.text[subject.start : subject.end].replace("\u00a0", " ")
        if subject.kind == "nominal" and noun_of(said.split()) == head and len(said.split()) > 2:
            return said  # "A group of bakers", then "the group"
        article = said.startswith(("The ", "the "))
        bare = said[4:] if article else said
        while "-" in bare.partition(" ")[0] and bare[0].islower() and " " in bare:
            bare = bare.partition(" ")[2]  # "the pro-growth Velmar Post"
        name = self.names.fullest(bare)
        if " " not in bare and name.endswith(bare) and self._stands_alone(bare, name):
            name = bare
        named = bare[:1].isupper() and bare.rsplit(" ", 1)[-1][:1].isupper()
        called = article and " " in bare and bare.istitle() and not self.names.is_person(name)  # "the Velmar Herald"
        if named and (called or is_body(self.names, name, self.text[subject.end : stop])):
            return name
        return None

    def _stands_alone(self, bare: str, full: str) -> bool:
        """Whether the article used a word alone before the longer name that ends with it: no surname."""
        first = self.names.first_of(full)
        return self.text.find(bare, max(self.names.headline, first - _STRETCH), first) >= 0

    def _kind_named_between(self, head: str, start: int, end: int) -> bool:
        """Whether another body of the kind is spoken of between a name and a mention: "a trade group"."""
        at = self.text.rfind(f" {head}", start, end - 4)
        return at > start and not self.text.endswith((" the", ".The", "\nThe", " The"), 0, at)

    def _alone_in_paragraph(self, subject: Antecedent, until: int) -> bool:
        """Whether a person is the subject of a paragraph, up to an offset, and the article gives no other role."""
        name = subject.name
        if subject.nominal is not None or " " not in name or self.names.role_of(name) or not self.names.gender(name):
            return False
        last = self.text.rfind(surname(name.split()), max(0, until - _READ_BACK), until)
        return last >= 0 and self.text.find("\n", last, until) < 0

    def _spoken_of(self, head: str, begin: int, until: int) -> str | None:
        """Whom "the former minister" can mean: the named person who was the subject last."""
        subject = self.antecedents.before(until, GENDER_OF_NOUN.get(head, "person"), begin)
        if subject is not None and subject.nominal is not None and not self._deep:
            self._deep = True
            subject = Antecedent(*self.settled(subject))
            self._deep = False
        if subject is not None and subject.name[:1].isupper() and subject.name.split()[0].lower() not in DETERMINERS:
            return subject.name
        return None

    def _talking(self, begin: int, until: int, head: str) -> Speaker | None:
        """Who goes on talking behind a quote: its speaker, or behind a question whoever spoke before that."""
        if not self.spoken or ("." in self.text[begin:until] and self.spoken[-1].start < begin):
            return None  # another sentence stands between
        asked = "?" in self.text[max(0, begin - 3) : begin]
        last = self.spoken[-1 - asked] if len(self.spoken) > asked else None
        return last if last is not None and self._is_epithet(last, head) else None

    def _last_epithet(self, head: str) -> str | None:
        """The last speaker whom an epithet can mean."""
        return next((earlier.name for earlier in reversed(self.spoken) if self._is_epithet(earlier, head)), None)

    def _is_epithet(self, speaker: Speaker, head: str) -> bool:
        """Whether "the senator" can mean an earlier speaker: a named person of no other gender."""
        if " " not in speaker.name or not speaker.name[0].isupper() or " and " in speaker.name:
            return False
        gender = GENDER_OF_NOUN.get(head) or self.names.gender(speaker.name) or "male"
        return self.antecedents.fits(speaker.name, speaker.text, gender)

    def _body_that_spoke(self) -> str | None:
        """The name of the last speaker, if it is no person's."""
        if not self.spoken:
            return None
        last = next(
            (earlier for earlier in reversed(self.spoken[-3:]) if earlier.name.lower() != "it"), self.spoken[-1]
        )
        if last.name.split()[0].lower() in DETERMINERS or not last.name[:1].isupper() or last.name.lower() in PRONOUNS:
            return None
        lone = " " not in last.name and last.text == last.name and not self.names.is_person(last.name)
        return last.name if lone or self.antecedents.fits(last.name, last.text, "thing") else None
