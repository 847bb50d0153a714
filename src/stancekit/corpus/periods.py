"""Rows by period: days out of dates as people write them in tables, and periods that suit the corpus."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import numpy as np

from stancekit.corpus.labels import Array, Coded
from stancekit.errors import OptionError
from stancekit.evaluation.prevalence import PERIODS

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)")
_FINEST = {10: "week", 7: "month", 4: "year"}  # that a date of so many characters can tell
_FINE_TO_COARSE = ("week", "month", "quarter", "year")
MOST = 40  # periods that a figure can show, unless a period is asked for
LABELLED = 30  # rows labelled by hand that a period should have on average

_NUMBERS: dict[str, Callable[[date], int]] = {
    "year": lambda day: day.year,
    "quarter": lambda day: 4 * day.year + (day.month - 1) // 3,
    "month": lambda day: 12 * day.year + day.month,
    "week": lambda day: (day.toordinal() - 1) // 7,  # ordinal 1 is a Monday
}


def days_of(dates: Coded) -> tuple[Array, str]:
    """The day of each row as a proleptic Gregorian ordinal, 0 where there is none, and the finest period known.

    Dates are ISO, and may be cut to the month or the year.
    """
    days, finest = np.zeros(len(dates.values) + 1, np.int64), 10
    for place, value in enumerate(dates.values):
        if found := _DATE.match(value.strip()):
            try:
                day = date(*(int(part or 1) for part in found.groups()))
            except ValueError:  # the 30th of February
                continue
            days[place] = day.toordinal()
            finest = min(finest, len(found[0]))
    return days[dates.codes], _FINEST[finest]  # the code -1 of an empty value is the last place, 0


def choose_period(days: Array, finest: str, labelled: int) -> str:
    """The finest period that gives at most 40 of them and each its share of labelled rows, if there are any."""
    dated = np.unique(days[days > 0])
    for period in _FINE_TO_COARSE[_FINE_TO_COARSE.index(finest) :]:
        count = len({_NUMBERS[period](date.fromordinal(day)) for day in dated.tolist()})
        if count <= MOST and (not labelled or count * LABELLED <= labelled):
            return period
    return "year"


def by_period(days: Array, period: str) -> tuple[list[str], list[int], Array]:
    """The periods in order, their numbers in time (consecutive ones differ by 1), and the place of each row's.

    Rows without a day have the place -1.

    Raises:
        OptionError: There is no such period.
    """
    if period not in PERIODS:
        raise OptionError(f"unknown period {period!r}; there is: {', '.join(PERIODS)}")
    found, inverse = np.unique(days, return_inverse=True)
    names: dict[int, str] = {}
    numbers = np.full(len(found), -1)
    for i, ordinal in enumerate(found.tolist()):
        if ordinal:
            day = date.fromordinal(ordinal)
            numbers[i] = _NUMBERS[period](day)
            names[int(numbers[i])] = PERIODS[period](day)
    order = sorted(names)
    places = np.searchsorted(order, numbers) if order else np.full(len(found), -1)
    places[numbers < 0] = -1
    return [names[number] for number in order], order, places[inverse]
