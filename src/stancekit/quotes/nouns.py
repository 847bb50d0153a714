"""The nouns by which news text calls those who speak: people, bodies, things with words on them."""

from __future__ import annotations

from stancekit.quotes.wordset import wordset

PERSON_NOUNS = wordset(
    """
    spokesman spokeswoman spokesperson official officials analyst analysts minister secretary president
    chief director manager economist lawyer attorney senator governor mayor professor researcher
    strategist adviser advisor aide aides supporter supporters voter voters campaign executive executives
    expert experts leader leaders lawmaker lawmakers officer officers staff member members reporter
    correspondent columnist author editor host anchor founder chairman chairwoman chair judge prosecutor
    prosecutors police resident residents teacher student students owner worker workers activist activists
    organizer organizers candidate nominee frontrunner billionaire businessman mogul tycoon congressman
    congresswoman representative delegate delegates ambassador diplomat diplomats envoy commissioner
    superintendent sheriff deputy coach doctor nurse farmer source sources team office ministry department
    government agency company firm group union committee commission council court newspaper network
    magazine
    """
)
SOURCE_NOUNS = wordset(
    """
    statement report letter memo ad ads advert article column editorial document email e-mail book poll polls survey
    study card sign signs banner post posts message petition lawsuit complaint suit filing affidavit ruling
    resolution bill law platform headline story piece video clip transcript website site page tweet tweets note
    speech release paper review blog caption crowd campaign media press public
    """
)
"""Things that speak in the news."""
PEOPLE_ENDINGS = ("er", "or", "ist", "ian", "ant", "ee", "man", "woman", "men", "women", "ers", "ors", "ists", "ians")
BODIES = wordset(
    """
    ministry department government agency company firm group union committee commission council court
    newspaper network magazine team office party campaign administration bank university institute
    association organisation organization foundation board police army embassy
    """
)
BODY_NAMES = BODIES | wordset(
    """
    staff church force forces navy corps guard fund foundation watch post times journal news street house technologies
    industries footwear inc corp senate congress investigation bureau reserve way monitor institution
    center centre club league airlines motors pentagon state states convention coalition alliance caucus project
    college school hospital society trust holdings partners records studios
    """
)
PLURALS = frozenset(noun for noun in PERSON_NOUNS if noun.endswith("s") and noun not in ("boss",)) | wordset(
    "republicans democrats americans liberals conservatives progressives muslims christians jews latinos hispanics"
)
EPITHETS = wordset(
    """
    governor senator president congressman congresswoman candidate nominee front-runner frontrunner
    billionaire developer pollster businessman businesswoman mogul tycoon actress actor justice mayor
    lawmaker representative politician democrat republican minister premier chancellor leader author
    neurosurgeon surgeon
    admiral general colonel captain lieutenant sergeant bishop cardinal pope priest pastor reverend imam rabbi
    singer comedian star comic rapper athlete
    """
)
UNNAMED = wordset(
    """
    spokesman spokeswoman spokesperson official officer source person witness narrator announcer moderator interviewer
    reporter member protester supporter voter caller heckler questioner woman man chief insider letter paper order
    number computer answer matter poster newspaper chapter center quarter power weather water tower factor sector error
    mirror winter summer
    """
)
"""Nouns that take up somebody without a name, or nobody."""
TAKEN_UP = wordset(
    """
    company firm group organization organisation agency newspaper paper outlet network magazine union association bank
    airline museum nonprofit publication station maker town city village county
    """
)
"""Nouns that take up a body by its kind, whatever its name."""
