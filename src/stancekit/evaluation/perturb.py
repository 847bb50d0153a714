"""Small changes to a sentence, for the behaviour suite: how it is typed, ordered, named, introduced.

Each takes the text and the words that the test gives in `with`, and returns the changed texts; a text that comes
back as it was is no case. They are made for English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

_OPENERS = re.compile(
    r"(A|All|Although|An|And|As|At|Because|Both|But|By|Every|Everyone|For|From|He|His|How|If|In|It|Its|My|No|Nobody|"
    r"None|Nothing|On|Once|Our|She|Since|So|Some|That|The|Their|There|These|They|This|Those|Those|To|Two|Unless|We|"
    r"What|When|Whether|While|With|You|Your)\b"
)
_GRADABLE = re.compile(
    r"(?<!more )(?<!less )(?<!very )\b(bad|bitter|calm|clear|close|constructive|dangerous|deep|difficult|fierce|frank|"
    r"good|harmful|hostile|productive|reckless|serious|stable|steady|strong|tense|tough|useful|welcome|wrong)\b"
)
_CONTRACTIONS = {
    "can't": "cannot",
    "won't": "will not",
    "isn't": "is not",
    "aren't": "are not",
    "wasn't": "was not",
    "don't": "do not",
    "doesn't": "does not",
    "didn't": "did not",
    "shouldn't": "should not",
    "wouldn't": "would not",
    "haven't": "have not",
    "we're": "we are",
    "they're": "they are",
    "we'll": "we will",
    "they'll": "they will",
    "we've": "we have",
}
_CLAUSE = re.compile(
    r"(If|Although|Because|When|While|Once|Unless|Since|Before|After|As long as) ([^,]+), ([^,]+)([.!])"
)


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:] if _OPENERS.match(text) else text


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _apostrophes(text: str, words: Sequence[str]) -> list[str]:
    return [text.replace("'", "’"), text.replace("’", "'")]


def _quote_marks(text: str, words: Sequence[str]) -> list[str]:
    return [re.sub(r'"([^"]*)"', form, text) for form in (r"“\1”", r"‘\1’", r"'\1'")]


def _outer_marks(text: str, words: Sequence[str]) -> list[str]:
    return [f'"{text}"', f"“{text}”"]


def _dashes(text: str, words: Sequence[str]) -> list[str]:
    return [text.replace(" – ", form) for form in ("—", " — ", " - ", " -- ")]


def _whitespace(text: str, words: Sequence[str]) -> list[str]:
    return [text.replace(" ", "  "), text.replace(" ", "\u00a0"), f" {text}\n"]


def _ellipsis(text: str, words: Sequence[str]) -> list[str]:
    return [f"… {_lower_first(text)}", f"{text.rstrip('.')} …"]


def _trailing_comma(text: str, words: Sequence[str]) -> list[str]:
    return [f"{text[:-1]},"] if text.endswith(".") else []


def _no_final_mark(text: str, words: Sequence[str]) -> list[str]:
    return [text.rstrip(".,!")]


def _lower_start(text: str, words: Sequence[str]) -> list[str]:
    return [_lower_first(text)]


def _bracketed_start(text: str, words: Sequence[str]) -> list[str]:
    return [f"[{text[0]}]{text[1:]}"] if _OPENERS.match(text) else []


def _capitals(text: str, words: Sequence[str]) -> list[str]:
    return [text.upper()]


def _contractions(text: str, words: Sequence[str]) -> list[str]:
    short, full = text, text
    for contracted, spelled in _CONTRACTIONS.items():
        for old, new in ((contracted, spelled), (_upper_first(contracted), _upper_first(spelled))):
            full = re.sub(rf"\b{old}\b", new, full)
            short = re.sub(rf"\b{new}\b", old, short)
    return [full, short]


def _clause_order(text: str, words: Sequence[str]) -> list[str]:
    if not (match := _CLAUSE.fullmatch(text)):
        return []
    opener, clause, main, mark = match.groups()
    return [f"{_upper_first(main.removeprefix('then '))} {opener.lower()} {clause}{mark}"]


def _intensify(text: str, words: Sequence[str]) -> list[str]:
    return [_GRADABLE.sub(rf"{word} \1", text, count=1) for word in words or ("very", "really")]


def _prefix(text: str, words: Sequence[str]) -> list[str]:
    return [f"{word} {_lower_first(text)}" for word in words]


def _suffix(text: str, words: Sequence[str]) -> list[str]:
    return [f"{text.rstrip('.')}{word}" for word in words]


def _swap(text: str, words: Sequence[str]) -> list[str]:
    longest_first = sorted(words, key=len, reverse=True)
    found = re.search("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in longest_first), text)
    if not found:
        return []
    parts = re.split(rf"(?<!\w){re.escape(found[0])}(?!\w)", text)
    return [word.join(parts) for word in words]


PERTURBATIONS: Mapping[str, Callable[[str, Sequence[str]], list[str]]] = {
    "apostrophes": _apostrophes,  # straight to curly and back
    "quote_marks": _quote_marks,  # "so-called" to “so-called” and ‘so-called’
    "outer_marks": _outer_marks,  # the sentence with its quotation marks left on
    "dashes": _dashes,  # a spaced en dash to the other dashes
    "whitespace": _whitespace,  # doubled, non-breaking, around
    "ellipsis": _ellipsis,  # "…" before or after
    "trailing_comma": _trailing_comma,  # as before an attribution
    "no_final_mark": _no_final_mark,
    "lower_start": _lower_start,  # where the first word is no name
    "bracketed_start": _bracketed_start,  # "[W]e"
    "capitals": _capitals,
    "contractions": _contractions,  # "don't" to "do not" and back
    "clause_order": _clause_order,  # "If A, B." to "B if A."
    "intensify": _intensify,  # "very" before the first gradable adjective; `with` for other adverbs
    "prefix": _prefix,  # each word or phrase of `with` in front
    "suffix": _suffix,  # each of `with` in place of the full stop
    "swap": _swap,  # the first word of `with` that occurs, by each other one
}
