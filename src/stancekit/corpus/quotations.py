"""The most telling quotes of a corpus: what the model is surest of, spread over speakers, articles and sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stancekit.corpus.changes import is_name
from stancekit.corpus.labels import Array, Coded, Labels

EACH = 4  # quotes a stance
LENGTH = (40, 320)  # characters: long enough to stand alone, short enough to be read
_CANDIDATES = 3000  # surest sentences a stance that are looked at
_LINKS = ("url", "link")


@dataclass(frozen=True, slots=True)
class TellingQuote:
    """A quoted sentence with what a reader needs to find it again.

    Attributes:
        stance: As the model labels it.
        confidence: Calibrated probability of the stance.
        sentence: What was said.
        speaker: Who said it, as resolved; None where nobody was found.
        role: What the article says the speaker is.
        article: Its id.
        source: Value of the first column of `by`, or None.
        date: Of the article, or None.
        link: Value of a column `url` or `link` that was carried along, or None.
    """

    stance: str
    confidence: float
    sentence: str
    speaker: str | None
    role: str | None
    article: str
    source: str | None
    date: str | None
    link: str | None


def telling_quotes(
    run: Labels,
    coded: Mapping[str, Coded],
    stance: Array,
    sides: Sequence[str],
    source: str | None,
    date: str | None,
) -> tuple[TellingQuote, ...]:
    """Up to four sentences of each side, surest first within each.

    Args:
        run: The labelled corpus.
        coded: Its columns `article`, `speaker`, `kind`, and `source` if there is one.
        stance: Number of each row's stance.
        sides: The stances that take one.
        source: Column whose values the quotes are spread over.
        date: Column of dates.
    """
    if not len(stance):
        return ()
    numbers = run.numbers(["start", "end", "confidence"])
    length = numbers["end"] - numbers["start"]
    whole = np.array([kind == "speech" for kind in coded["kind"].values], bool)[coded["kind"].codes]
    speakers = coded["speaker"]
    named = np.array([*(is_name(value) for value in speakers.values), False], bool)[speakers.codes]
    good = whole & (length >= LENGTH[0]) & (length <= LENGTH[1])
    # a named speaker counts for more than any confidence, a whole sentence of some length likewise
    rank = np.lexsort((-numbers["confidence"], ~named, ~good))
    names = list(run.manifest.stances)
    columns = ["sentence", "confidence", "speaker", "role", "article"]
    extra = [name for name in (source, date, *_LINKS) if name in run.columns]
    found = []
    for side in sides:
        surest = rank[stance[rank] == names.index(side)][:_CANDIDATES]
        spread = _spread(surest, speakers, coded["article"], coded[source] if source else None, 3 * EACH)
        said: set[str] = set()
        quotes = []
        for row in run.rows(spread, list(dict.fromkeys([*columns, *extra]))):
            plain = " ".join(row["sentence"].casefold().split())
            if plain not in said and len(said) < EACH:  # an agency's copy is in many articles
                said.add(plain)
                link = next((row[name] for name in _LINKS if row.get(name)), None)
                values = {name: row[name] for name in columns}
                day = row[date] if date else None
                quotes.append(TellingQuote(side, source=row[source] if source else None, date=day, link=link, **values))
        found += sorted(quotes, key=lambda quote: -quote.confidence)
    return tuple(found)


def _spread(rows: Array, speaker: Coded, article: Coded, source: Coded | None, most: int) -> list[int]:
    """The first rows with speakers, articles and sources all different, then with different speakers and articles."""
    chosen: list[int] = []
    speakers: set[int] = set()
    articles: set[int] = set()
    for strict in (True, False):
        sources: set[int] = set()
        for row in rows.tolist():
            keys = int(speaker.codes[row]), int(article.codes[row]), int(source.codes[row]) if source else -1
            if len(chosen) == most:
                return chosen
            if (keys[0] in speakers and keys[0] >= 0) or keys[1] in articles or (strict and keys[2] in sources):
                continue
            chosen.append(row)
            speakers.add(keys[0])
            articles.add(keys[1])
            if source:
                sources.add(keys[2])
    return chosen
