"""The commented template that `stancekit frame new` writes."""

from __future__ import annotations

import json
import re
from pathlib import Path

from stancekit.errors import FrameError

_TOML = '''\
# A frame: one question asked of every quoted sentence, and the labels that answer it.
# Change everything below to your own question, then write labelled quotes into quotes.jsonl
# (one JSON object a line) or drafts (see `stancekit frame add --help`), and run
#     stancekit frame check {folder}
#     stancekit train {folder}

name = "{name}"                      # also the name of the trained model
title = "Carbon tax"                 # for people
question = "Does the speaker want the carbon tax to come, or not?"
target = "the carbon tax"            # what the stance is toward

# Labels, in the order that all scores and tables will keep. Two are enough. The definition is what
# two people would need to label the same sentence the same way; settle the hard cases in it.
[labels.for]
definition = """
Wants, defends or expects benefit from the tax, also with conditions ("if the money goes back to people").
"""
examples = [
    "It is the cheapest way we have of doing this.",
    "if every household gets its share back, I will vote for it",
]

[labels.against]
definition = """
Opposes it, wants it delayed or weakened, or expects harm that decides the matter for the speaker.
"""
examples = [
    "My drivers would pay twice for the same road.",
    "not before the election, and not after it either",
]

[labels.neither]
neither = true                       # the label of sentences that take no side; mark one at most
definition = """
No side taken: facts, procedure, other subjects, open questions.
"""
examples = [
    "The committee votes on Thursday.",
    "Nobody has told us what the rate will be.",
]

# Tone toward whatever the sentence speaks of, independent of stance: positive, neutral, negative.
# With on = true, rows may carry "sentiment" and the model learns it beside the stance.
[sentiment]
on = false
'''

_QUOTES = (
    ("It is the cheapest way we have of doing this.", "for", "Ada Okafor", "economist", "hearing"),
    ("My drivers would pay twice for the same road.", "against", "Jon Brandt", "haulier", "depot"),
    ("The committee votes on Thursday.", "neither", "", "a clerk", "hearing"),
)


def new_frame(folder: str | Path) -> Path:
    """Write a commented frame template into a new folder.

    Returns:
        The folder.

    Raises:
        FrameError: The folder exists and is not empty, or its parent is missing.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FrameError(f"{folder}: exists and is not an empty folder; choose a new name")
    if not folder.absolute().parent.is_dir():
        raise FrameError(f"{folder.parent}: no such folder; create it first")
    folder.mkdir(exist_ok=True)
    name = re.sub(r"[^\w-]+", "-", folder.absolute().name).strip("-") or "my-frame"
    (folder / "frame.toml").write_text(_TOML.format(folder=folder, name=name), encoding="utf-8")
    columns = ("text", "stance", "speaker", "role", "group")
    rows = [
        {"id": str(n), **dict(zip(columns, row, strict=True)), "split": "train"} for n, row in enumerate(_QUOTES, 1)
    ]
    (folder / "quotes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder
