"""Whom a speaker's mention stands for: a name, "the minister", "he".

Mentions are resolved in the order of the text. A pronoun goes to whoever the reporter's own words
made the subject last; it stays a pronoun where the text does not tell.
"""

from __future__ import annotations

from stancekit.quotes.appositives import name_behind
from stancekit.quotes.around import before_woven, goes_on, hearer, sentence_start
from stancekit.quotes.attribution import Attribution, anywhere
from stancekit.quotes.cues import DETERMINERS, PRONOUNS
from stancekit.quotes.fits import describes, fits, is_somebody
from stancekit.quotes.furniture import is_furniture
from stancekit.quotes.genders import GENDER_OF_NOUN, shown_behind
from stancekit.quotes.mentions import (
    BODIES,
    BODY_NAMES,
    CLAUSE_WORDS,
    EPITHETS,
    FORMER,
    LOOSE,
    TAKEN_UP,
    behind_comma,
    honorific,
    leading_role,
    main_subject,
    name_inside,
    noun_of,
)
from stancekit.quotes.names import Names, bare_name
from stancekit.quotes.phrases import PERSON_NOUNS, Phrase, Token, phrase_at, tokens
from stancekit.quotes.sentences import sentence_ends
from stancekit.quotes.subjects import lead_phrase
from stancekit.quotes.wordset import wordset
from stancekit.records import Speaker

_READ_BACK = 700
_OWNERS = {"his": "he", "her": "she", "their": "they", "its": "it"}
_REMEMBERED = 12
_SURE = 4
"""The weight of “he” or “she” behind a subject."""
_CLAUSES = CLAUSE_WORDS | wordset("asked pressed reached challenged questioned")


class Cast:
    """The speakers of an article so far."""

    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        self.spoken: list[Speaker] = []
        self._gaps: list[tuple[int, int]] = []
        self._hearer: str | None = None
        self._deep = False

    def speaker(self, found: Attribution, begin: int, quote_start: int, inherited: bool) -> Speaker:
        """The speaker of a quote.

        Args:
            found: The attribution.
            begin: Where the reporter's words behind the quote before begin.
            quote_start: Where the quote begins.
            inherited: The attribution is that of an earlier quote.
        """
        self._gaps.append((max(begin, quote_start - _READ_BACK), quote_start))
        del self._gaps[:-4]
        phrase = found.speaker
        mention = self.text[phrase.start : phrase.end]
        if inherited and self.spoken and self.spoken[-1].start == phrase.start:
            last = self.spoken[-1]
            return Speaker(mention, phrase.start, phrase.end, last.name, last.role, found.reason, found.confidence)
        role = self.text[found.role[0] : found.role[1]] if found.role else None
        name, known_role, note, factor = self._name(phrase, mention, begin, quote_start)
        if role is None and known_role is None:
            known_role = next((earlier.role for earlier in self.spoken if earlier.name == name), None)
        speaker = Speaker(
            mention,
            phrase.start,
            phrase.end,
            name,
            role or known_role or self.names.role_of(name),
            found.reason + note,
            round(found.confidence * factor, 3),
        )
        self.spoken.append(speaker)
        del self.spoken[:-_REMEMBERED]
        return speaker

    def named(self, phrase: Phrase) -> str:
        """The name for a mention that is no pronoun."""
        mention = self.text[phrase.start : phrase.end]
        if phrase.kind == "name" and " and " not in mention:
            return self.names.fullest(mention)
        inner = name_inside(mention) if phrase.kind == "nominal" else ""
        return self.names.fullest(inner) if inner else mention

    def _name(self, phrase: Phrase, mention: str, begin: int, quote_start: int) -> tuple[str, str | None, str, float]:
        """Name, role, a note for the reason, and how far to trust it."""
        low = mention.lower()
        if phrase.kind == "pronoun" or low in PRONOUNS:
            return self._pronoun(phrase, low, begin, quote_start)
        if phrase.kind == "name":
            if " and " in mention:
                return " and ".join(self.names.fullest(part) for part in mention.split(" and ")), None, "", 1.0
            name = self.names.fullest(mention)
            return name, leading_role(mention, name), "", 1.0
        bare = mention.split(" ", 1)[-1] if mention.startswith(("The ", "the ")) else mention
        if " " in bare and bare.istitle() and bare.rsplit(" ", 1)[-1].lower() in BODY_NAMES:
            return bare, None, "", 1.0  # the Velmar National Committee
        if len(bare.split()) > 2 and bare.istitle() and not self.names.role_of(bare_name(bare)):
            name = self.names.fullest(bare) if " " in bare_name(bare) else bare
            return name, None, "", 1.0  # the Velmar Union Leader
        inner = name_inside(mention)
        if inner and inner.split()[-1].lower() not in EPITHETS:
            name = self.names.fullest(inner)
            return name, mention[: mention.find(inner)].strip() or None, "", 1.0
        return self._nominal(phrase, mention, begin, quote_start)

    def _spoken_of(self, phrase: Phrase, head: str, begin: int | None, quote_start: int) -> str | None:
        """Whom "the former minister" can mean: the named person who was the subject last, else who spoke last."""
        subject = None
        if begin is not None:
            until = min(phrase.start, quote_start)
            subject = self._subject_before(until, GENDER_OF_NOUN.get(head, "person"), max(begin, until - _READ_BACK))
        if subject is not None and subject[0][:1].isupper() and subject[0].split()[0].lower() not in DETERMINERS:
            return subject[0]
        return next((earlier.name for earlier in reversed(self.spoken) if self._is_epithet(earlier, head)), None)

    def _nominal(
        self, phrase: Phrase, mention: str, begin: int | None = None, quote_start: int = 0
    ) -> tuple[str, str | None, str, float]:
        words = mention.split()
        if words[0].lower() not in ("the", "this", "that", "former"):
            return mention, None, "", 1.0
        head = noun_of(words)
        if head in EPITHETS and begin is not None:
            until = min(phrase.start, quote_start)
            subject = self._subject_before(until, "person", max(begin, until - _READ_BACK))
            role = (self.names.role_of(subject[0]) or "") if subject else ""
            if subject is not None and head in role.lower().split():
                return subject[0], role, f"; “{mention}” read as {subject[0]}, {role}", 0.9
        for earlier in reversed(self.spoken) if mention.rsplit(" ", 1)[-1][:1].islower() else ():
            known = [noun_of(earlier.text.lower().split()), *(earlier.role or "").lower().split()]
            unnamed = earlier.name.startswith(("a ", "an ", "A ", "An "))  # "a source", then "the source"
            if head in known and (unnamed or len(earlier.name) > len(mention)):
                note = f"; “{mention}” read as {earlier.name}, who spoke before"
                return earlier.name, earlier.role, note, 0.9
        modifiers = {word.lower() for word in words[1:-1]} - LOOSE
        named = self.names.with_role(head, phrase.start, modifiers) if head not in BODIES else None
        if named is not None:
            full = self.names.fullest(named.text)
            return full, named.role, f"; “{mention}” read as {full}, {named.role}", 0.85
        described = head in EPITHETS or words[0] == "former" or words[1].lower() in FORMER
        if described or describes(self.text, mention, phrase.start):
            meant = (
                self.names.only_with_role(head, modifiers)
                or self._spoken_of(phrase, head, begin, quote_start)
                or self.names.only_with_role(head, set())
            )
            if meant is not None:
                return meant, None, f"; “{mention}” read as {meant}, the one spoken of", 0.7
        if len(words) == 2 and (head in BODIES or (head in BODY_NAMES and words[1][0].isupper())):
            body = self.names.body(head, phrase.start)
            name = body.text if body is not None else self._body_that_spoke(head)
            if name is not None:
                return name, None, f"; “{mention}” read as {name}", 0.85 if body is not None else 0.7
        return mention, None, "", 1.0

    def _body_that_spoke(self, head: str) -> str | None:
        """Which name "the company" takes up: that of the last speaker, if it is no person's."""
        if head not in TAKEN_UP or not self.spoken:
            return None
        last = next(
            (earlier for earlier in reversed(self.spoken[-3:]) if earlier.name.lower() != "it"), self.spoken[-1]
        )
        if last.name.split()[0].lower() in DETERMINERS or not last.name[:1].isupper() or last.name.lower() in PRONOUNS:
            return None
        lone = " " not in last.name and last.text == last.name and not self.names.is_person(last.name)
        return last.name if lone or self._fits(last.name, last.text, "thing") else None

    def _is_epithet(self, speaker: Speaker, head: str) -> bool:
        """Whether "the senator" can mean an earlier speaker: a named person of no other gender."""
        if " " not in speaker.name or not speaker.name[0].isupper() or " and " in speaker.name:
            return False
        gender = GENDER_OF_NOUN.get(head)
        return self._fits(speaker.name, speaker.text, gender or self.names.gender(speaker.name) or "male")

    def _pronoun(self, phrase: Phrase, low: str, begin: int, quote_start: int) -> tuple[str, str | None, str, float]:
        wanted = PRONOUNS.get(low, "other")
        told = hearer(self.text, phrase.end)
        self._hearer = self.names.fullest(told) if told else None
        if wanted in ("self", "other", "relative"):
            return self.text[phrase.start : phrase.end], None, "; nobody is named for the pronoun", 0.6
        until = min(phrase.start, quote_start)
        if until < phrase.start:
            until = before_woven(self.text, begin, until)
        ahead = self._ahead(phrase, wanted)
        if ahead is not None:
            return ahead, None, f"; “{low}” read as {ahead}, named later in the sentence", 0.8
        if wanted in ("thing", "plural"):
            begin = max(begin, self.text.rfind("\n", begin, until) + 1)  # further back it is anybody's guess
        subject = self._subject_before(until, wanted, max(begin, until - _READ_BACK))
        if subject is not None:
            name, role = subject
            return name, role, f"; “{low}” read as {name}, the last one spoken of", 0.85
        if self._last_fits(wanted) and is_somebody(self.names, self.spoken[-1]):
            last = self.spoken[-1]
            return last.name, last.role, f"; “{low}” read as {last.name}, who spoke before", 0.95
        for start, stop in reversed(self._gaps[:-1]) if wanted not in ("thing", "plural") else ():
            subject = self._subject_before(stop, wanted, start)
            if subject is not None:
                return *subject, f"; “{low}” read as {subject[0]}, spoken of shortly before", 0.75
        for earlier in reversed(self.spoken[-4:-1]):
            if self._fits(earlier.name, earlier.text, wanted) and is_somebody(self.names, earlier):
                return earlier.name, earlier.role, f"; “{low}” read as {earlier.name}, who spoke before", 0.75
        return self.text[phrase.start : phrase.end], None, f"; the text does not tell who “{low}” is", 0.6

    def _ahead(self, phrase: Phrase, wanted: str) -> str | None:
        """The name behind an opening clause: "After he left, Mayor Dana Roe spoke"."""
        lead = self.text[max(0, phrase.start - 12) : phrase.start]
        opening = lead.split()[-2:]
        opens = len(opening) > 0 and opening[-1][:1].isupper() and opening[-1].lower() in CLAUSE_WORDS
        if not (opens or opening == ["In", "what"]):
            return None
        words = tokens(self.text, phrase.end, min(len(self.text), phrase.end + _READ_BACK // 3))
        for i in range(2, len(words) - 1):
            if words[i].word in ".?!":
                break
            named = phrase_at(words, i) if words[i - 1].word in ',”"' else None
            if named is not None and named.kind == "name" and named.last + 1 < len(words):
                found = self._as_candidate(named, wanted)
                if found is not None and words[named.last + 1].word.islower():
                    return found[0]
        return None

    def _subject_before(self, end: int, wanted: str, begin: int) -> tuple[str, str | None] | None:
        """The subject of the nearest sentence between two offsets, read backwards."""
        last = self.spoken[-1] if self.spoken else None
        nearest = True
        stops = [begin, *(stop for stop in sentence_ends(self.text, begin, end))]
        for start, stop in zip(reversed(stops[:-1]), reversed(stops[1:]), strict=True):
            if start == begin and goes_on(self.text, start, stop):
                main = behind_comma(tokens(self.text, start, stop))
                found = self._as_candidate(main, wanted) if main is not None else None
                if found is not None:
                    return found
                if last is not None and self._fits(last.name, last.text, wanted) and is_somebody(self.names, last):
                    return last.name, last.role
                start = sentence_start(self.text, start)
            held = last is not None and start <= last.start < stop and self._fits(last.name, last.text, wanted)
            if last is not None and held and is_somebody(self.names, last):
                return last.name, last.role
            words = tokens(self.text, start, stop)
            if not any(word.word.islower() for word in words) or is_furniture(self.text, start, stop):
                continue  # a headline, a photograph's credit
            found = self._told_of(words, wanted)
            close, nearest = nearest, nearest and (len(words) < 4 or stop == end)
            if found is None:
                lead = lead_phrase(words, 0, len(words))
                if lead is not None and lead.kind == "pronoun":
                    low = words[lead.first].low
                    if close and PRONOUNS.get(low) != wanted:
                        found = self._shown(words, wanted)  # "She drew Roe's anger: he called her"
                    if found is None:
                        continue  # the subject stands further back
                    return found
                if close and wanted != "person" and stop != end and words[-1].word != "?":
                    found = self._only_person(words, wanted)
                if found is None and not self._last_fits(wanted):
                    found = self._shown(words, wanted)
            if found is not None:
                return found
        return None

    def _told_of(self, words: list[Token], wanted: str) -> tuple[str, str | None] | None:
        """Whom a sentence tells of: who was asked, who says something in it, or its subject."""
        main = behind_comma(words) if words and words[0].low in _CLAUSES else None
        found = self._as_candidate(main, wanted) if main is not None else None
        if found is not None:
            return found  # "Asked whether Li could win, Roe demurred"
        said = anywhere(words)
        if said is not None and said.cue is not None and self.text.startswith("ask", said.cue[0]):
            # "A reporter asked Li …. He replied"
            whom = next((i + 1 for i, word in enumerate(words) if word.start == said.cue[0]), 0)
            asked = phrase_at(words, whom)
            found = self._as_candidate(asked, wanted) if asked is not None else None
        elif said is not None and said.speaker.kind != "pronoun":
            first = said.speaker.first
            if first > 1 and words[first - 1].low in ("whether", "that", "if"):
                found = self._candidate(words, wanted)  # "Roe declined to say whether Li had been told"
            found = found or self._as_candidate(said.speaker, wanted)
        return found or self._candidate(words, wanted)

    def _only_person(self, words: list[Token], wanted: str) -> tuple[str, str | None] | None:
        """The one person of a sentence whose subject is a thing: "That sums up Mayor Dana Roe's answer"."""
        persons = {}
        i = 0
        while i < len(words):
            named = phrase_at(words, i) if words[i].word[0].isupper() else None
            if named is not None and named.kind == "name":
                said = _owner(self.text[named.start : named.end])
                persons[self.names.fullest(said)] = said
                i = named.last
            i += 1
        meant = [
            name
            for name, said in persons.items()
            if (" " in name or self.names.is_person(name)) and self._fits(name, said, wanted)
        ]
        return (meant[0], None) if len(meant) == 1 and self.names.is_person(meant[0]) else None

    def _last_fits(self, wanted: str) -> bool:
        """Whether the last speaker can be meant."""
        return bool(self.spoken) and self._fits(self.spoken[-1].name, self.spoken[-1].text, wanted)

    def _shown(self, words: list[Token], wanted: str) -> tuple[str, str | None] | None:
        """A name of the sentence of which the text shows the gender of the pronoun."""
        if wanted not in ("male", "female"):
            return None
        i = len(words) - 1
        while i >= 0:
            while i > 0 and words[i].word[0].isupper() and words[i - 1].word[0].isupper():
                i -= 1
            if words[i].word[0].isupper():
                phrase = phrase_at(words, i)
                if phrase is not None and phrase.kind == "name":
                    name = self.names.fullest(_owner(self.text[phrase.start : phrase.end]))
                    if (
                        (" " in name or self.names.is_person(name))
                        and self.names.gender(name) == wanted
                        and self._fits(name, name, wanted)
                    ):
                        return name, None
            i -= 1
        return None

    def _candidate(self, words: list[Token], wanted: str) -> tuple[str, str | None] | None:
        """Whoever is the subject of a sentence, if the pronoun can stand for it."""
        phrase = main_subject(words) or lead_phrase(words, 0, len(words))
        if phrase is not None and PRONOUNS.get(_OWNERS.get(words[phrase.first].low, "")) == wanted:
            return None  # "His opponent, Dana Roe, won. He …"
        explained = name_behind(words, phrase) if phrase is not None else None
        if explained is not None:  # "her father, Brad, "
            name = self.names.fullest(self.text[explained.start : explained.end])
            return (name, None) if self._fits(name, name, wanted) else None
        if phrase is None or phrase.kind == "pronoun" or (phrase.kind == "nominal" and phrase.first > 1):
            return None
        return self._as_candidate(phrase, wanted)

    def _as_candidate(self, phrase: Phrase, wanted: str) -> tuple[str, str | None] | None:
        mention = self.text[phrase.start : phrase.end]
        if mention.lower().startswith(("his ", "her ", "their ", "its ")) and " and " not in mention:
            return None
        if " and " in mention:
            return (mention, None) if wanted == "plural" else None
        for mark in ("’s ", "'s ", "s’ ", "s' "):
            owner, found, owned = mention.partition(mark)
            person = not owned.rsplit(" ", 1)[-1][:1].isupper() and wanted != "thing"
            if found and person:  # "Brandt's answers were short"
                owner += "s" if mark[0] == "s" else ""
                name = self.names.fitting(owner, wanted)
                shown = honorific(owner) or self.names.gender(name)
                return (name, None) if " " in name and shown == wanted else None
        if phrase.kind == "name":
            name = self.names.fitting(mention, wanted)
            titled = leading_role(mention, name) is not None
            if wanted not in ("thing", "plural") and self.names.is_place(name):
                return None
            known = " " in name or name in self.names.honorific or titled or self.names.is_name(name)
            if not known and wanted != "thing" and all(earlier.name != name for earlier in self.spoken):
                return None
            return (name, leading_role(mention, name)) if self._fits(name, mention, wanted) else None
        inner = name_inside(mention)
        if inner and wanted in ("male", "female"):
            name = self.names.fullest(inner)
            return (name, mention[: mention.find(inner)].strip()) if self._fits(name, mention, wanted) else None
        head = noun_of(mention.split())
        shown = self._shown_by_clause(phrase)
        if shown is not None and wanted in ("male", "female") and shown != wanted:
            return None
        if (
            (head in PERSON_NOUNS or head in GENDER_OF_NOUN or head in EPITHETS or shown is not None)
            and head not in BODIES
            and self._fits(mention, mention, wanted)
        ):
            if self._deep:
                return self._nominal(phrase, mention)[:2]
            self._deep = True
            meant = self._nominal(phrase, mention, max(0, phrase.start - _READ_BACK), phrase.start)[:2]
            self._deep = False
            return meant
        if head in BODIES and wanted == "thing":
            return mention, None
        return None

    def _shown_by_clause(self, phrase: Phrase) -> str | None:
        """The gender that "who" shows behind an unnamed person: "a manager, who left because she was tired"."""
        if not self.text.startswith((", who ", " who "), phrase.end):
            return None
        gender, weight = shown_behind(self.text, phrase.start, phrase.end)
        return gender if weight == _SURE else None

    def _fits(self, name: str, mention: str, wanted: str) -> bool:
        """Whether the text lets a pronoun of this gender or number stand for a name: never for whom it speaks to."""
        heard = name == self._hearer and wanted not in ("thing", "plural")
        return not heard and fits(self.names, name, mention, wanted)


def _owner(mention: str) -> str:
    """Roe in "Roe's answer"."""
    return mention.replace("'s ", "’s ").partition("’s ")[0]
