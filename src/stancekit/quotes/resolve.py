"""Whom a speaker's mention stands for: a name, "the minister", "he".

Mentions are resolved in the order of the text. A pronoun goes to whoever the reporter's own words
made the subject last; it stays a pronoun where the text does not tell.
"""

from __future__ import annotations

import re

from stancekit.quotes.antecedents import Antecedents
from stancekit.quotes.around import before_woven, hearer
from stancekit.quotes.attribution import Attribution
from stancekit.quotes.cues import PRONOUNS
from stancekit.quotes.fits import is_somebody
from stancekit.quotes.mentions import leading_role, name_inside
from stancekit.quotes.names import Names
from stancekit.quotes.nominals import Named, Nominals
from stancekit.quotes.nouns import BODY_NAMES, EPITHETS
from stancekit.quotes.phrases import Phrase
from stancekit.quotes.titles import bare_name
from stancekit.records import Speaker

_CALLED = re.compile(r" known as ([A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)")
"""The name behind a nominal: "a clerk known as Orla"."""
_READ_BACK = 700
_REMEMBERED = 12


class Cast:
    """The speakers of an article so far."""

    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        self.spoken: list[Speaker] = []
        self._added = False
        """Whether the words of the attribution go on from another quote: "he added"."""
        self._gaps: list[tuple[int, int]] = []
        self._antecedents = Antecedents(text, names, self.spoken)
        self._nominals = Nominals(text, names, self.spoken, self._antecedents)

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
        self._added = found.cue is not None and self.text[slice(*found.cue)] in ("added", "adds", "continued")
        named = self._name(phrase, mention, begin, quote_start)
        if role is None and named.role is None:
            role = next((earlier.role for earlier in self.spoken if earlier.name == named.name), None)
        speaker = Speaker(
            mention,
            phrase.start,
            phrase.end,
            named.name,
            role or named.role or self.names.role_of(named.name),
            found.reason + named.note,
            round(found.confidence * named.trust, 3),
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

    def _name(self, phrase: Phrase, mention: str, begin: int, quote_start: int) -> Named:
        low = mention.lower()
        if phrase.kind == "pronoun" or low in PRONOUNS:
            return self._pronoun(phrase, low, begin, quote_start)
        if phrase.kind == "name":
            if " and " in mention:
                return Named(" and ".join(self.names.fullest(part) for part in mention.split(" and ")))
            name = self.names.fullest(mention)
            return Named(name, leading_role(mention, name))
        bare = mention.split(" ", 1)[-1] if mention.startswith(("The ", "the ")) else mention
        if " " in bare and bare.istitle() and bare.rsplit(" ", 1)[-1].lower() in BODY_NAMES:
            return Named(bare)  # the Velmar National Committee
        if len(bare.split()) > 2 and bare.istitle() and not self.names.role_of(bare_name(bare)):
            return Named(self.names.fullest(bare) if " " in bare_name(bare) else bare)  # the Velmar Union Leader
        called = _CALLED.match(self.text, phrase.end)
        if called is not None:
            return Named(self.names.fullest(called.group(1)), bare)
        inner = name_inside(mention)
        if inner and inner.split()[-1].lower() not in EPITHETS:
            return Named(self.names.fullest(inner), mention[: mention.find(inner)].strip() or None)
        return self._nominals.named(phrase, mention, begin, quote_start)

    def _pronoun(self, phrase: Phrase, low: str, begin: int, quote_start: int) -> Named:
        wanted = PRONOUNS.get(low, "other")
        mention = self.text[phrase.start : phrase.end]
        told = hearer(self.text, phrase.end)
        antecedents = self._antecedents
        antecedents.hearer = self.names.fullest(told) if told else None
        if wanted in ("self", "other", "relative"):
            return Named(mention, None, "; nobody is named for the pronoun", 0.6)
        until = min(phrase.start, quote_start)
        if until < phrase.start:
            until = before_woven(self.text, begin, until)
        ahead = antecedents.ahead(phrase, wanted)
        if ahead is not None:
            return Named(ahead, None, f"; “{low}” read as {ahead}, named later in the sentence", 0.8)
        if wanted in ("thing", "plural"):
            # further back it is anybody's guess: for "it", than the paragraph that leads up to the quote
            begin = max(begin, until - _READ_BACK)
            stop = begin + len(self.text[begin:until].rstrip()) if wanted == "thing" else until
            begin = max(begin, self.text.rfind("\n", begin, stop) + 1)
        last_fits = antecedents.last_fits(wanted) and is_somebody(self.names, self.spoken[-1])
        subject = antecedents.before(until, wanted, max(begin, until - _READ_BACK))
        # "he added" goes on from the last quote, whoever else did something meanwhile, unless that one said something
        if subject is not None and not (self._added and last_fits and not subject.speaks):
            name, role = self._nominals.settled(subject)
            return Named(name, role, f"; “{low}” read as {name}, the last one spoken of", 0.85)
        if last_fits:
            last = self.spoken[-1]
            return Named(last.name, last.role, f"; “{low}” read as {last.name}, who spoke before", 0.95)
        for start, stop in reversed(self._gaps[:-1]) if wanted not in ("thing", "plural") else ():
            subject = antecedents.before(stop, wanted, start)
            if subject is not None:
                name, role = self._nominals.settled(subject)
                return Named(name, role, f"; “{low}” read as {name}, spoken of shortly before", 0.75)
        for earlier in reversed(self.spoken[-4:-1]):
            if antecedents.fits(earlier.name, earlier.text, wanted) and is_somebody(self.names, earlier):
                return Named(earlier.name, earlier.role, f"; “{low}” read as {earlier.name}, who spoke before", 0.75)
        return Named(mention, None, f"; the text does not tell who “{low}” is", 0.6)
