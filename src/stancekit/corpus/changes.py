"""Who changed: speakers whose sentences lean otherwise in the later half of a corpus than in the earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stancekit.corpus.labels import Array, Coded

SENTENCES, ARTICLES = 10, 4  # that a speaker needs in each half to be compared
COMPARED = 50  # speakers at most, those with the most sentences: each comparison more makes the test weaker
_NO_NAME = frozenset(
    (
        *("a", "an", "the", "one", "some", "two", "three", "another", "many", "several"),
        *("he", "she", "they", "it", "i", "we", "you", "who", "his", "her", "their"),
    )
)


@dataclass(frozen=True, slots=True)
class Half:
    """What a speaker said in one half.

    Attributes:
        sentences: How many.
        articles: In how many articles.
        counts: Sentences by stance, as the model labels them.
    """

    sentences: int
    articles: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Change:
    """One speaker's two halves.

    Attributes:
        speaker: The name as resolved; two people of one name are one here.
        stance: The one whose share moved most.
        before: The earlier half.
        after: The later half.
        p: How often articles dealt to the halves at random differ as much, corrected for the speakers compared (Holm).
    """

    speaker: str
    stance: str
    before: Half
    after: Half
    p: float

    @property
    def moved(self) -> float:
        """By how much the share of that stance moved, -1 to 1."""
        return self.after.counts[self.stance] / self.after.sentences - (
            self.before.counts[self.stance] / self.before.sentences
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """The speakers that could be compared, clearest change first.

    Attributes:
        last: Last day of the earlier half, as an ISO date; empty where there are no two halves.
        sentences: That a speaker needs in each half to be compared.
        articles: In how many articles they have to be.
        speakers: One `Change` for each.
    """

    last: str
    sentences: int
    articles: int
    speakers: tuple[Change, ...]


def find_changes(days: Array, speaker: Coded, article: Coded, stance: Array, stances: Sequence[str]) -> Changes:
    """Compare what the most quoted speakers say in the two halves of a corpus.

    The test deals a speaker's articles, whole, to two halves of the sizes they have, and asks how often the shares
    differ as much: sentences of one article are alike, and are not counted as if they were independent. It takes the
    model's labels as they are.

    Args:
        days: Day of each row as a proleptic Gregorian ordinal, 0 where there is none.
        speaker: Of each row.
        article: Of each row.
        stance: Number of each row's stance.
        stances: Their names.
    """
    from datetime import date

    dated = days[days > 0]
    if not len(dated) or dated.min() == dated.max():
        return Changes("", SENTENCES, ARTICLES, ())
    # the later half has a row at least: where the median is the last day, that day is the later half
    middle = min(int(np.sort(dated)[(len(dated) - 1) // 2]), int(dated.max()) - 1)
    usable = (days > 0) & (speaker.codes >= 0)
    named = np.array([is_name(value) for value in speaker.values], bool)
    usable[usable] = named[speaker.codes[usable]]
    late = days > middle
    size = len(speaker.values)
    halves = [np.bincount(speaker.codes[usable & half], minlength=size) for half in (~late, late)]
    enough = np.flatnonzero(np.minimum(*halves) >= SENTENCES)
    found = []
    for code in enough[np.argsort(-(halves[0] + halves[1])[enough], kind="stable")]:
        rows = np.flatnonzero(usable & (speaker.codes == code))
        if change := _compare(speaker.values[code], article.codes[rows], late[rows], stance[rows], stances):
            found.append(change)
        if len(found) == COMPARED:
            break
    found.sort(key=lambda change: (change.p, -abs(change.moved)))
    corrected, worst = [], 0.0
    for place, change in enumerate(found):
        worst = max(worst, min(1.0, change.p * (len(found) - place)))
        corrected.append(Change(change.speaker, change.stance, change.before, change.after, worst))
    return Changes(date.fromordinal(middle).isoformat(), SENTENCES, ARTICLES, tuple(corrected))


def is_name(speaker: str) -> bool:
    """Whether this names somebody, and does not merely describe them ("a trader", "he").

    Example:
        >>> is_name("Mara Lindqvist"), is_name("An export manager"), is_name("officials")
        (True, False, False)
    """
    first = speaker.split(maxsplit=1)[0] if speaker.strip() else ""
    return bool(first) and not first[0].islower() and first.lower() not in _NO_NAME


def _compare(name: str, articles: Array, late: Array, stance: Array, stances: Sequence[str]) -> Change | None:
    # an article belongs to the half that most of its rows are in; they are all in one unless ids are used twice
    numbers, article = np.unique(articles, return_inverse=True)
    counts = np.zeros((len(numbers), len(stances)))
    np.add.at(counts, (article, stance), 1)
    later = np.bincount(article, late) * 2 > np.bincount(article)
    halves = [
        Half(
            int(counts[of].sum()),
            int(of.sum()),
            dict(zip(stances, counts[of].sum(0).astype(int).tolist(), strict=True)),
        )
        for of in (~later, later)
    ]
    if any(half.sentences < SENTENCES or half.articles < ARTICLES for half in halves):
        return None
    before, after = (counts[of].sum(0) / counts[of].sum() for of in (~later, later))
    return Change(
        name,
        stances[int(np.abs(after - before).argmax())],
        halves[0],
        halves[1],
        permutation_p(counts, later),
    )


def permutation_p(counts: Array, later: Array) -> float:
    """How often articles dealt to two halves at random differ as much in their shares, as a p-value.

    What is dealt is each article's excess of every stance over the shares of all articles together. Mean and covariance
    of the later half's sum over all ways of dealing are known, and the sum is close to normal (Strasser & Weber 1999,
    Mathematical Methods of Statistics 8:220).

    Args:
        counts: Sentences by stance, (articles, stances).
        later: Which articles are in the later half.
    """
    from scipy.special import chdtrc

    excess = counts - counts.sum(1, keepdims=True) * (counts.sum(0) / counts.sum())
    number, late = len(counts), int(later.sum())
    covariance = late * (number - late) / (number * (number - 1)) * excess.T @ excess
    rank = int(np.linalg.matrix_rank(covariance))
    if not rank:  # nothing differs between any two articles
        return 1.0
    found = excess[later].sum(0)
    return float(chdtrc(rank, found @ np.linalg.pinv(covariance, hermitian=True) @ found))
