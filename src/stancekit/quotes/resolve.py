"""Who a mention stands for: the fullest name in the article, found by surname, role or pronoun."""

from __future__ import annotations

import re

from stancekit.quotes.phrases import TITLES

_NAME = re.compile(
    r"[^\W\d_a-zà-öø-ÿ][\w’'-]*(?:\.? (?:(?:de|da|di|du|la|le|del|der|den|van|von|bin|al|el) ){0,3}[^\W\d_a-zà-öø-ÿ][\w’'-]*)+"
)
_HONORIFIC_GENDER = {"mr": "male", "mrs": "female", "ms": "female", "miss": "female", "sir": "male"}


class Names:
    """The names of two words or more in an article, by each of their words."""

    def __init__(self, text: str) -> None:
        self.by_word: dict[str, list[tuple[int, str]]] = {}
        for found in _NAME.finditer(text):
            name = found.group()
            for word in set(name.split()):
                self.by_word.setdefault(word, []).append((found.start(), name))

    def fullest(self, name: str, at: int) -> str:
        words = [w for w in name.split() if w.rstrip(".").lower() not in TITLES]
        if len(words) != 1:
            return name
        key = words[0]
        candidates = self.by_word.get(key, ())
        best = name
        for start, full in candidates:
            parts = full.split()
            if key in (parts[-1], parts[0]) and len(parts) <= 4 and start <= at:
                best = full
                break
        return best
