"""Countries and capitals: they speak in the news ("Beijing said"), but are never he, she or "the senator"."""

from __future__ import annotations

from stancekit.quotes.wordset import wordset

# Places that are as often a person's name (Chad, Georgia, Jordan, Sofia) are left out.
_ONE_WORD = wordset(
    """
    afghanistan albania algeria angola argentina armenia australia austria azerbaijan bahrain bangladesh belarus
    belgium bolivia botswana brazil britain bulgaria cambodia cameroon canada chile china colombia croatia cuba
    cyprus czechia denmark ecuador egypt england eritrea estonia ethiopia europe finland france germany ghana
    greece guatemala haiti honduras hungary iceland india indonesia iran iraq ireland israel italy jamaica japan
    kazakhstan kenya kosovo kuwait kyrgyzstan laos latvia lebanon liberia libya lithuania luxembourg malaysia mali
    malta mexico moldova mongolia montenegro morocco mozambique myanmar namibia nepal netherlands nicaragua niger
    nigeria norway oman pakistan palestine panama paraguay peru philippines poland portugal qatar romania russia
    rwanda scotland senegal serbia singapore slovakia slovenia somalia spain sudan sweden switzerland syria taiwan
    tajikistan tanzania thailand tunisia turkey turkmenistan uganda ukraine uruguay uzbekistan venezuela vietnam
    wales yemen zambia zimbabwe
    abuja algiers amsterdam ankara athens baghdad bangkok beijing belgrade berlin bern bogota brasilia bratislava
    brussels bucharest budapest cairo canberra caracas copenhagen damascus delhi dhaka doha dublin hanoi harare
    havana helsinki islamabad jakarta jerusalem kabul khartoum kyiv kiev kinshasa lima lisbon ljubljana london
    madrid manila minsk montevideo moscow nairobi oslo ottawa paris prague pretoria pyongyang quito riga riyadh
    rome santiago seoul stockholm taipei tallinn tashkent tbilisi tehran tokyo tripoli tunis vienna vilnius warsaw
    washington wellington yerevan zagreb
    """
)
_MORE_WORDS = frozenset(
    (
        "abu dhabi",
        "addis ababa",
        "buenos aires",
        "costa rica",
        "czech republic",
        "dominican republic",
        "el salvador",
        "great britain",
        "hong kong",
        "ivory coast",
        "kuala lumpur",
        "mexico city",
        "new delhi",
        "new york",
        "new zealand",
        "north korea",
        "northern ireland",
        "saudi arabia",
        "south africa",
        "south korea",
        "south sudan",
        "sri lanka",
        "united arab emirates",
        "united kingdom",
        "united states",
    )
)


def is_known_place(name: str) -> bool:
    """Whether a whole name is that of a country or a well-known capital: "Beijing", not "Denzel Washington"."""
    low = name.lower().removeprefix("the ")
    return low in _ONE_WORD or low in _MORE_WORDS
