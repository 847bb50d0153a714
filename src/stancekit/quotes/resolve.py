"""Whom a speaker's mention stands for: a name, "the minister", "he".

Mentions are resolved in the order of the text. A pronoun goes to whoever the reporter's own words
made the subject last; it stays a pronoun where the text does not tell.
"""

from __future__ import annotations

from stancekit.quotes.attribution import Attribution, anywhere, name_behind
from stancekit.quotes.cues import PRONOUNS
from stancekit.quotes.names import GENDER_OF_NOUN, TITLE_WORDS, Names, bare_name, surname
from stancekit.quotes.phrases import PERSON_NOUNS, Phrase, Token, phrase_at, tokens
from stancekit.quotes.sentences import sentence_ends
from stancekit.quotes.subjects import lead_phrase
from stancekit.quotes.wordset import wordset
from stancekit.records import Speaker

_READ_BACK = 700
_REMEMBERED = 12
_BODIES = wordset(
    """
    ministry department government agency company firm group union committee commission council court
    newspaper network magazine team office party campaign administration bank university institute
    association organisation organization foundation board police army embassy
    """
)
_BODY_NAMES = _BODIES | wordset(
    """
    watch post times journal news street house technologies industries footwear inc corp senate congress investigation
    bureau reserve way monitor institution center centre club league airlines motors pentagon state states
    """
)
_EPITHETS = wordset(
    """
    governor senator president congressman congresswoman candidate nominee front-runner frontrunner billionaire
    businessman businesswoman mogul tycoon actress actor justice mayor lawmaker representative politician democrat
    republican minister premier chancellor leader author neurosurgeon surgeon
    """
)
_CLAUSE_WORDS = wordset("when as while after before if though although since because until once")


class Cast:
    """The speakers of an article so far."""

    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        self.spoken: list[Speaker] = []
        self._gaps: list[tuple[int, int]] = []

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
        inner = _name_inside(mention) if phrase.kind == "nominal" else ""
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
            return name, _leading_role(mention, name), "", 1.0
        inner = _name_inside(mention)
        if inner:
            name = self.names.fullest(inner)
            return name, mention[: mention.find(inner)].strip() or None, "", 1.0
        return self._nominal(phrase, mention)

    def _nominal(self, phrase: Phrase, mention: str) -> tuple[str, str | None, str, float]:
        words = mention.split()
        if words[0].lower() not in ("the", "this", "that"):
            return mention, None, "", 1.0
        head = _head(words)
        for earlier in reversed(self.spoken):
            known = f"{earlier.text} {earlier.role or ''}".lower().split()
            if head in known and len(earlier.name) > len(mention):
                return (
                    earlier.name,
                    earlier.role,
                    f"; “{mention}” read as {earlier.name}, who spoke before",
                    0.9,
                )
        modifiers = {word.lower() for word in words[1:-1]}
        named = self.names.with_role(head, phrase.start, modifiers) if head not in _BODIES else None
        if named is not None:
            full = self.names.fullest(named.text)
            return full, named.role, f"; “{mention}” read as {full}, {named.role}", 0.85
        if head in _EPITHETS:
            meant = self.names.only_with_role(head) or next(
                (earlier.name for earlier in reversed(self.spoken) if self._is_epithet(earlier, head)), None
            )
            if meant is not None:
                return meant, None, f"; “{mention}” read as {meant}, the one spoken of", 0.7
        if head in _BODIES and len(words) == 2:
            body = self.names.body(head, phrase.start)
            if body is not None:
                return body.text, None, f"; “{mention}” read as {body.text}", 0.85
        return mention, None, "", 1.0

    def _is_epithet(self, speaker: Speaker, head: str) -> bool:
        """Whether "the senator" can mean an earlier speaker: a named person of no other gender."""
        if " " not in speaker.name or not speaker.name[0].isupper() or " and " in speaker.name:
            return False
        gender = GENDER_OF_NOUN.get(head)
        return self._fits(speaker.name, speaker.text, gender or self.names.gender(speaker.name) or "male")

    def _pronoun(self, phrase: Phrase, low: str, begin: int, quote_start: int) -> tuple[str, str | None, str, float]:
        wanted = PRONOUNS.get(low, "other")
        if wanted in ("self", "other", "relative"):
            return self.text[phrase.start : phrase.end], None, "; nobody is named for the pronoun", 0.6
        until = min(phrase.start, quote_start)
        subject = self._subject_before(until, wanted, max(begin, until - _READ_BACK))
        if subject is not None:
            name, role = subject
            return name, role, f"; “{low}” read as {name}, the last one spoken of", 0.85
        if self._last_fits(wanted) and self._is_somebody(self.spoken[-1]):
            last = self.spoken[-1]
            return last.name, last.role, f"; “{low}” read as {last.name}, who spoke before", 0.95
        for start, stop in reversed(self._gaps[:-1]):
            subject = self._subject_before(stop, wanted, start)
            if subject is not None:
                return *subject, f"; “{low}” read as {subject[0]}, spoken of shortly before", 0.75
        for earlier in reversed(self.spoken[-4:-1]):
            if self._fits(earlier.name, earlier.text, wanted) and self._is_somebody(earlier):
                return earlier.name, earlier.role, f"; “{low}” read as {earlier.name}, who spoke before", 0.75
        return self.text[phrase.start : phrase.end], None, f"; the text does not tell who “{low}” is", 0.6

    def _subject_before(self, end: int, wanted: str, begin: int) -> tuple[str, str | None] | None:
        """The subject of the nearest sentence between two offsets, read backwards."""
        last = self.spoken[-1] if self.spoken else None
        stops = [begin, *(stop for stop in sentence_ends(self.text, begin, end))]
        for start, stop in zip(reversed(stops[:-1]), reversed(stops[1:]), strict=True):
            if last is not None and start == begin and self._goes_on(start, stop):
                if self._fits(last.name, last.text, wanted) and self._is_somebody(last):
                    return last.name, last.role
                continue
            if last is not None and start <= last.start < stop and self._fits(last.name, last.text, wanted):
                return (last.name, last.role) if self._is_somebody(last) else None
            words = tokens(self.text, start, stop)
            said = anywhere(words)
            asked = said is not None and said.cue is not None and self.text.startswith("ask", said.cue[0])
            if said is not None and asked and said.cue is not None:  # "A reporter asked Li …. He replied"
                whom = next((i + 1 for i, word in enumerate(words) if word.start == said.cue[0]), 0)
                object_ = phrase_at(words, whom)
                found = self._as_candidate(object_, wanted) if object_ is not None else None
                if found is not None:
                    return found
            elif said is not None and said.speaker.kind != "pronoun":
                found = self._as_candidate(said.speaker, wanted)
                if found is not None:
                    return found
            found = self._candidate(words, wanted)
            if found is None and not self._last_fits(wanted):
                found = self._shown(words, wanted)
            if found is not None:
                return found
        return None

    def _goes_on(self, start: int, stop: int) -> bool:
        """Whether a stretch continues the sentence of the quote before it: "…” if she wins."."""
        for i in range(start, min(stop, start + 12)):
            if self.text[i].isalnum():
                return self.text[i].islower() and start > 0
        return False

    def _is_somebody(self, speaker: Speaker) -> bool:
        """Whether a speaker is a name, or a nominal with a noun for people: what a pronoun can stand for."""
        name = speaker.name
        if name.lower() in PRONOUNS:
            return False
        head = _head(name.split())
        if name.lower() in TITLE_WORDS:
            return False
        named = name[:1].isupper() and (" " in name or name in self.names.honorific or speaker.text == name)
        return named or head in PERSON_NOUNS or head in GENDER_OF_NOUN or head in _BODIES

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
                    name = self.names.fullest(self.text[phrase.start : phrase.end])
                    if self.names.is_person(name) and self.names.gender(name) == wanted:
                        return name, None
            i -= 1
        return None

    def _candidate(self, words: list[Token], wanted: str) -> tuple[str, str | None] | None:
        """Whoever is the subject of a sentence, if the pronoun can stand for it."""
        phrase = phrase_at(words, 1) if len(words) > 1 and words[0].low in _CLAUSE_WORDS else None
        phrase = phrase or lead_phrase(words, 0, len(words))
        explained = name_behind(words, phrase) if phrase is not None else None
        if explained is not None:  # "her father, Brad, "
            name = self.names.fullest(self.text[explained.start : explained.end])
            return (name, None) if self._fits(name, name, wanted) else None
        return self._as_candidate(phrase, wanted) if phrase is not None and phrase.kind != "pronoun" else None

    def _as_candidate(self, phrase: Phrase, wanted: str) -> tuple[str, str | None] | None:
        mention = self.text[phrase.start : phrase.end]
        if mention.lower().startswith(("his ", "her ", "their ", "its ")) and " and " not in mention:
            return None
        if " and " in mention:
            return (mention, None) if wanted == "plural" else None
        for mark in ("’s ", "'s "):
            owner, found, _ = mention.partition(mark)
            if found and wanted != "thing":  # "Brandt's answers were short": Brandt
                name = self.names.fullest(owner)
                return (name, None) if " " in name and self.names.gender(name) == wanted else None
        if phrase.kind == "name":
            name = self.names.fullest(mention)
            titled = _leading_role(mention, name) is not None
            known = " " in name or name in self.names.honorific or titled
            if not known and wanted != "thing" and all(earlier.name != name for earlier in self.spoken):
                return None
            return (name, _leading_role(mention, name)) if self._fits(name, mention, wanted) else None
        inner = _name_inside(mention)
        if inner and wanted in ("male", "female"):
            name = self.names.fullest(inner)
            return (name, mention[: mention.find(inner)].strip()) if self._fits(name, mention, wanted) else None
        head = _head(mention.split())
        if (
            (head in PERSON_NOUNS or head in GENDER_OF_NOUN)
            and head not in _BODIES
            and self._fits(mention, mention, wanted)
        ):
            return self._nominal(phrase, mention)[:2]
        if head in _BODIES and wanted == "thing":
            return mention, None
        return None

    def _fits(self, name: str, mention: str, wanted: str) -> bool:
        """Whether the text lets a pronoun of this gender or number stand for a name."""
        words = mention.lower().split()
        head = _head(words)
        last = surname(name.split())
        plural = " and " in mention or head in _PLURALS
        body = head in _BODIES or (last[:1].isupper() and (last.lower() in _BODY_NAMES or last[1:2].isupper()))
        if wanted == "plural":
            return plural or body
        if wanted == "thing":
            return body
        if plural or body:
            return False
        gender = GENDER_OF_NOUN.get(head) or self.names.gender(name)
        return gender is None or gender == wanted


_PLURALS = frozenset(noun for noun in PERSON_NOUNS if noun.endswith("s") and noun not in ("boss",))


def _head(words: list[str]) -> str:
    """The noun that a nominal is about: before its first preposition."""
    last = words[0]
    for word in words:
        low = word.lower().strip(",")
        if low in ("of", "for", "at", "from", "in", "with", "on", "to", "who", "that"):
            break
        last = low
    return last.removesuffix("’s").removesuffix("'s")


def _name_inside(mention: str) -> str:
    """The name at the end of a nominal: "analyst Mara Lindqvist" → "Mara Lindqvist"."""
    words = mention.split()
    if not words or not words[-1][:1].isupper() or any(w in ("of", "for", "at", "from", "in", "with") for w in words):
        return ""
    i = len(words)
    while i > 0 and words[i - 1][:1].isupper():
        i -= 1
    inner = bare_name(" ".join(words[i:]))
    return inner if i > 0 or inner != mention else ""


def _leading_role(mention: str, name: str) -> str | None:
    """The title in front of a name: "Police Commissioner"."""
    bare = bare_name(mention)
    if bare == mention:
        return None
    role = mention[: mention.rfind(bare.split()[0])].strip() if bare else ""
    return role if len(role) > 4 and role != name else None
