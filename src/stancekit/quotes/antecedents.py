"""Whom the reporter's own words speak of before a mention: the subject of the nearest sentence that fits it."""

from __future__ import annotations

from typing import NamedTuple

from stancekit.quotes.appositives import name_behind
from stancekit.quotes.around import goes_on, sentence_start
from stancekit.quotes.attribution import anywhere
from stancekit.quotes.cues import CONJUNCTIONS, CUES, NOUNLIKE, PRONOUNS, TIME_WORDS
from stancekit.quotes.fits import fits, is_somebody
from stancekit.quotes.furniture import is_furniture
from stancekit.quotes.genders import GENDER_OF_NOUN, shown_behind
from stancekit.quotes.mentions import (
    CLAUSE_WORDS,
    behind_comma,
    behind_there,
    honorific,
    leading_role,
    main_subject,
    name_inside,
    noun_of,
)
from stancekit.quotes.names import Names
from stancekit.quotes.nouns import BODIES, BODY_NAMES, EPITHETS, PERSON_NOUNS, SOURCE_NOUNS
from stancekit.quotes.phrases import CUES_FINITE, Phrase, Token, phrase_at, tokens
from stancekit.quotes.places import is_known_place
from stancekit.quotes.sentences import sentence_ends
from stancekit.quotes.subjects import lead_phrase, starts_verb
from stancekit.quotes.wordset import wordset
from stancekit.records import Speaker

_READ_ON = 230
_STRETCH = 30_000
_OWNERS = {"his": "he", "her": "she", "their": "they", "its": "it"}
_SURE = 4
"""The weight of “he” or “she” behind a subject."""
_INTO_CLAUSE = CLAUSE_WORDS | wordset("what which where that than")
"""Words behind which a pronoun takes up a subject of its own sentence."""
_CLAUSES = CLAUSE_WORDS | wordset("asked pressed reached challenged questioned")


class Antecedent(NamedTuple):
    """Somebody spoken of: a name and its role, or a nominal still to be named."""

    name: str
    role: str | None = None
    nominal: Phrase | None = None
    speaks: bool = False
    """The sentence tells what somebody said."""


class Antecedents:
    """Reads an article back from a mention.

    Args:
        text: The article.
        names: What it calls people.
        spoken: The last speakers; the caller adds to it.
    """

    def __init__(self, text: str, names: Names, spoken: list[Speaker]) -> None:
        self.text = text
        self.names = names
        self.spoken = spoken
        self.hearer: str | None = None
        """Whom the mention speaks to: never itself."""

    def before(self, end: int, wanted: str, begin: int) -> Antecedent | None:
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
                if last is not None and self.last_fits(wanted) and is_somebody(self.names, last):
                    return Antecedent(last.name, last.role)
                start = sentence_start(self.text, start)
            held = last is not None and start <= last.start < stop and self.last_fits(wanted)
            if last is not None and held and is_somebody(self.names, last):
                return Antecedent(last.name, last.role)
            words = tokens(self.text, start, stop)
            if not any(word.word.islower() for word in words) or is_furniture(self.text, start, stop):
                continue  # a headline, a photograph's credit
            opener = _contracted(words)
            found = self._told_of(words, wanted) if opener is None else self._named_speaker(words, wanted)
            capitals = sum(word.word[0].isupper() for word in words)
            if found is not None and 3 * capitals > 2 * len(words) and not self.names.in_body(found.name):
                continue  # a headline's capitals join words that are no name
            if found is not None and stop == end and found.nominal is None and self.names.gender(found.name) is None:
                found = self._shown(words, wanted, owners=False) or found  # "Roe spoke after Mrs. Bell left, and she"
            close, nearest = nearest, nearest and (len(words) < 4 or stop == end)
            if found is None:
                lead = lead_phrase(words, 0, len(words))
                if opener is not None or (lead is not None and lead.kind == "pronoun"):
                    low = opener or (words[lead.first].low if lead is not None else "")
                    if close and PRONOUNS.get(low) != wanted:
                        found = self._shown(words, wanted, owners=opener is None)  # "She drew Roe's anger: he"
                    if found is None:
                        continue  # the subject stands further back
                    return found
                if stop == end and (words[-1].low in _INTO_CLAUSE or wanted == "thing"):
                    found = self._in_clause(words, wanted)
                if close and wanted != "person" and stop != end and words[-1].word != "?":
                    found = self._only_person(words, wanted)
                if found is None and not self.last_fits(wanted):
                    found = self._shown(words, wanted)
            if found is not None:
                return found
        return None

    def ahead(self, phrase: Phrase, wanted: str) -> str | None:
        """The name behind an opening clause: "After he left, Mayor Dana Roe spoke"."""
        lead = self.text[max(0, phrase.start - 12) : phrase.start]
        opening = lead.split()[-2:]
        opens = len(opening) > 0 and opening[-1][:1].isupper() and opening[-1].lower() in CLAUSE_WORDS
        if not (opens or opening == ["In", "what"]):
            return None
        words = tokens(self.text, phrase.end, min(len(self.text), phrase.end + _READ_ON))
        for i in range(2, len(words) - 1):
            if words[i].word in ".?!":
                break
            named = phrase_at(words, i) if words[i - 1].word in ',”"' else None
            if named is not None and named.kind == "name" and named.last + 1 < len(words):
                found = self._as_candidate(named, wanted)
                if found is not None and words[named.last + 1].word.islower():
                    return found.name
        return None

    def fits(self, name: str, mention: str, wanted: str) -> bool:
        """Whether the text lets a pronoun of this gender or number stand for a name: never for whom it speaks to."""
        heard = name == self.hearer and wanted not in ("thing", "plural")
        return not heard and fits(self.names, name, mention, wanted)

    def last_fits(self, wanted: str) -> bool:
        """Whether the last speaker can be meant."""
        return bool(self.spoken) and self.fits(self.spoken[-1].name, self.spoken[-1].text, wanted)

    def _told_of(self, words: list[Token], wanted: str) -> Antecedent | None:
        """Whom a sentence tells of: who was asked, who says something in it, or its subject."""
        main = behind_comma(words) if words and words[0].low in _CLAUSES else None
        found = self._as_candidate(main, wanted) if main is not None else None
        if found is not None:
            return found  # "Asked whether Li could win, Roe demurred"
        if len(words) > 2 and words[0].low in CLAUSE_WORDS and words[-1].word == ",":
            own = phrase_at(words, 1)  # "When Roe, the coach, was asked, he"
            if own is not None and own.kind == "name" and own.last + 1 < len(words) and words[own.last + 1].word == ",":
                found = self._as_candidate(own, wanted)
                if found is not None:
                    return found
        self_told = next((i for i, word in enumerate(words) if word.low in ("himself", "herself")), 0)
        if self_told:
            named = next((i + 1 for i in range(self_told, len(words)) if words[i].low == "named"), 0)
            phrase = phrase_at(words, named) if named else None
            if phrase is not None and phrase.kind == "name":  # "The caller described herself as a baker named Orla"
                return self._as_candidate(phrase, wanted, speaks=True)
        if wanted == "thing":
            if len(words) > 3 and words[0].low == "what":
                place = phrase_at(words, 1)  # "What Velmar can offer is fish. It"
                name = self.text[place.start : place.end] if place is not None and place.kind == "name" else ""
                if name and (is_known_place(name) or self.names.is_place(name)):
                    return Antecedent(name)
            lead = lead_phrase(words, 0, len(words))
            if lead is not None and noun_of(self.text[lead.start : lead.end].lower().split()) in SOURCE_NOUNS:
                return self._as_candidate(lead, wanted)  # "A letter to the board, which urged haste, was short. It"
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
            cue = self.text[slice(*said.cue)].lower() if said.cue is not None else ""
            explained = name_behind(words, said.speaker)
            if explained is not None:
                found = self._as_candidate(explained, wanted)  # "One baker, Tom Okafor of Velmar, said"
            elif said.speaker.kind == "nominal" and (cue in NOUNLIKE or (first and starts_verb(words[first]))):
                found = found or self._candidate(words, wanted)  # "Despite the Velmar attacks, Roe says"
            if found is None:
                found = self._as_candidate(said.speaker, wanted, speaks=cue in CUES_FINITE - NOUNLIKE)
                found = found._replace(speaks=True) if found is not None else None
        found = found or self._candidate(words, wanted)
        if found is not None and any(word.low in CUES and word.low.endswith("ing") for word in words):
            return found._replace(speaks=True)  # "Roe took up the matter, stating"
        return found

    def _named_speaker(self, words: list[Token], wanted: str) -> Antecedent | None:
        """Roe in "It’s late, said Roe"."""
        said = anywhere(words)
        if said is None or said.speaker.kind != "name" or said.speaker.first < 2:
            return None
        return self._as_candidate(said.speaker, wanted)

    def _in_clause(self, words: list[Token], wanted: str) -> Antecedent | None:
        """The subject of a clause in the pronoun's own sentence: "It seems that Roe won by what he calls"."""
        for i in range(len(words) - 2, -1, -1):
            if words[i].word[0].isupper() and (i == 0 or not words[i - 1].word[0].isupper()):
                named = phrase_at(words, i)
                if named is None or named.last + 1 >= len(words) or not words[named.last].word[0].isupper():
                    continue
                found = self._as_candidate(named, wanted) if starts_verb(words[named.last + 1]) else None
                if found is not None and found.nominal is None:
                    return found
        return None

    def _only_person(self, words: list[Token], wanted: str) -> Antecedent | None:
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
            if (" " in name or self.names.is_person(name)) and self.fits(name, said, wanted)
        ]
        return Antecedent(meant[0]) if len(meant) == 1 and self.names.is_person(meant[0]) else None

    def _shown(self, words: list[Token], wanted: str, owners: bool = True) -> Antecedent | None:
        """A name of the sentence of which the text shows the gender of the pronoun, "Roe" in "Roe’s" only if asked."""
        if wanted not in ("male", "female"):
            return None
        i = len(words) - 1
        while i >= 0:
            while i > 0 and words[i].word[0].isupper() and words[i - 1].word[0].isupper():
                i -= 1
            if words[i].word[0].isupper():
                phrase = phrase_at(words, i)
                if phrase is not None and phrase.kind == "name":
                    said = self.text[phrase.start : phrase.end]
                    name = self.names.fullest(_owner(said))
                    if (
                        (owners or _owner(said) == said)
                        and (" " in name or self.names.is_person(name))
                        and self.names.gender(name) == wanted
                        and self.fits(name, name, wanted)
                    ):
                        return Antecedent(name)
            i -= 1
        return None

    def _candidate(self, words: list[Token], wanted: str) -> Antecedent | None:
        """Whoever is the subject of a sentence, if the pronoun can stand for it."""
        phrase = main_subject(words) or behind_there(words) or lead_phrase(words, 0, len(words))
        if phrase is not None and PRONOUNS.get(_OWNERS.get(words[phrase.first].low, "")) == wanted:
            return None  # "His opponent, Dana Roe, won. He …"
        explained = name_behind(words, phrase) if phrase is not None else None
        if explained is not None:  # "her father, Brad, "
            name = self.names.fullest(self.text[explained.start : explained.end])
            return Antecedent(name) if self.fits(name, name, wanted) else None
        if (
            phrase is None
            or phrase.kind == "pronoun"
            or (phrase.kind == "nominal" and phrase.first > 1 and wanted != "thing")
        ):
            return None
        return self._as_candidate(phrase, wanted)

    def _as_candidate(self, phrase: Phrase, wanted: str, speaks: bool = False) -> Antecedent | None:
        mention = self.text[phrase.start : phrase.end]
        if mention.lower().startswith(("his ", "her ", "their ", "its ")) and " and " not in mention:
            return None
        if " and " in mention:
            return Antecedent(mention) if wanted == "plural" else None
        for mark in ("’s ", "'s ", "s’ ", "s' "):
            owner, found, owned = mention.partition(mark)
            person = not owned.rsplit(" ", 1)[-1][:1].isupper() and wanted != "thing"
            if found and noun_of(owned.split()) in BODIES and wanted in ("male", "female"):
                return None  # "Brandt's campaign"
            if found and person:  # "Brandt's answers were short"
                owner += "s" if mark[0] == "s" else ""
                name = self.names.fitting(owner, wanted)
                shown = honorific(owner) or self.names.gender(name)
                written = shown is None and noun_of(owned.split()) in SOURCE_NOUNS  # "Brandt's letter was short"
                return Antecedent(name) if " " in name and (shown == wanted or written) else None
        if phrase.kind == "name":
            if mention.lower() in TIME_WORDS:
                return None  # "Roe earlier Thursday said"
            name = self.names.fitting(mention, wanted)
            titled = leading_role(mention, name) is not None
            if wanted not in ("thing", "plural") and self.names.is_place(name):
                return None
            known = " " in name or name in self.names.honorific or titled or self.names.is_name(name)
            known = known or (
                speaks and name[-1] != "s" and self.text.find(f" {name.lower()} ", 0, _STRETCH) < 0
            )  # "Roe admitted"
            if not known and wanted != "thing" and all(earlier.name != name for earlier in self.spoken):
                return None
            return Antecedent(name, leading_role(mention, name)) if self.fits(name, mention, wanted) else None
        inner = name_inside(mention)
        if inner and wanted in ("male", "female"):
            name = self.names.fullest(inner)
            return (
                Antecedent(name, mention[: mention.find(inner)].strip()) if self.fits(name, mention, wanted) else None
            )
        head = noun_of(mention.split())
        author = mention.partition(" from ")[2]
        if head in SOURCE_NOUNS and " " in author and self.fits(author, author, wanted) and author.istitle():
            return Antecedent(self.names.fullest(author))  # "a post from Dana Roe"
        shown = self._shown_by_clause(phrase)
        if shown is not None and wanted in ("male", "female") and shown != wanted:
            return None
        if (
            (head in PERSON_NOUNS or head in GENDER_OF_NOUN or head in EPITHETS or shown is not None)
            and head not in BODIES
            and self.fits(mention, mention, wanted)
        ):
            return Antecedent(mention, nominal=phrase)
        if wanted == "thing" and head in SOURCE_NOUNS and self.fits(mention, mention, wanted):
            return Antecedent(mention, nominal=phrase)  # "The letter was short. It"
        if wanted == "thing" and (head in BODIES or (head in BODY_NAMES and mention.rsplit(" ", 1)[-1].istitle())):
            return Antecedent(mention, nominal=phrase)
        return None

    def _shown_by_clause(self, phrase: Phrase) -> str | None:
        """The gender that "who" shows behind an unnamed person: "a manager, who left because she was tired"."""
        if not self.text.startswith((", who ", " who "), phrase.end):
            return None
        gender, weight = shown_behind(self.text, phrase.start, phrase.end)
        return gender if weight == _SURE else None


def _contracted(words: list[Token]) -> str | None:
    """The pronoun in front of a contracted verb that begins a sentence: "Yet she’s", "It’s"."""
    word = next((word.low for word in words[:2] if word.low not in CONJUNCTIONS), "")
    pronoun, mark, _ = word.replace("’", "'").partition("'")
    return pronoun if mark and pronoun in ("he", "she", "it", "they") else None


def _owner(mention: str) -> str:
    """Roe in "Roe's answer"."""
    return mention.replace("\u00a0", " ").replace("'s ", "’s ").partition("’s ")[0]
