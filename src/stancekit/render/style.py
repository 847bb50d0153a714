"""What all pages share: how a stance looks, and a document around a body.

A stance is shown by colour, by the kind of its line and by a letter at once, so that it survives print in grey and
every kind of colour vision.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from stancekit.records import UNSURE

# hue and line by place of the label; the frame's neither label is always grey and dotted
HUES = ("212", "24", "280", "150", "330", "60")
LINES = ("solid", "double", "dashed", "wavy", "solid", "double")


def document(title: str, body: str, style: str) -> str:
    """A whole HTML page, which asks for nothing beside itself."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title[:120])}</title>\n<style>{PAGE}{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def stance_class(label: str, labels: Sequence[str], neither: str | None) -> str:
    """The class that gives a label its colour and line."""
    sides = [name for name in labels if name != neither]
    return "side" + str(sides.index(label) % len(HUES)) if label in sides else "neither"


def letters(labels: Iterable[str]) -> dict[str, str]:
    """One letter for each label, none of them twice: its first that is not taken, else a number.

    Example:
        >>> letters(("for", "favour", "against", "unsure"))
        {'for': 'F', 'favour': 'A', 'against': 'G', 'unsure': '?'}
    """
    found: dict[str, str] = {UNSURE: "?"}
    for label in labels:
        if label not in found:
            free = (letter for letter in label.upper() if letter.isalnum() and letter not in found.values())
            found[label] = next(free, str(len(found)))
    return {label: found[label] for label in labels}


PAGE = """
:root { color-scheme: light dark; }
body { margin: 0; background: Canvas; color: CanvasText; }
"""
STANCES = "\n".join(
    [
        ".stancekit { --l: 42%; }",
        *(
            f".stancekit .side{i} {{ --h: {hue}; --s: 75%; text-decoration-style: {line}; }}"
            for i, (hue, line) in enumerate(zip(HUES, LINES, strict=True))
        ),
        ".stancekit .neither { --h: 0; --s: 0%; text-decoration-style: dotted; }",
        ".stancekit .tag { border-left: 4px solid hsl(var(--h) var(--s) var(--l)); padding-left: .4rem; "
        "font-weight: 600; }",
        "@media (prefers-color-scheme: dark) { .stancekit { --l: 62%; } }",
    ]
)
