"""The words that show a person's gender."""

from __future__ import annotations

from stancekit.quotes.wordset import wordset

HONORIFICS = {
    "mr": "male",
    "mrs": "female",
    "ms": "female",
    "miss": "female",
    "sir": "male",
    "mme": "female",
}
_GENDERED = {
    "male": wordset(
        """
        spokesman chairman businessman congressman councilman salesman policeman fireman gentleman man
        father son brother husband king prince duke actor waiter uncle grandfather grandson nephew boy
        widower assemblyman alderman ombudsman
        """
    ),
    "female": wordset(
        """
        spokeswoman chairwoman businesswoman congresswoman councilwoman saleswoman policewoman woman lady
        mother daughter sister wife queen princess duchess actress waitress aunt grandmother granddaughter
        niece girl widow assemblywoman alderwoman
        """
    ),
}
GENDER_OF_NOUN = {noun: gender for gender, nouns in _GENDERED.items() for noun in nouns}
