"""Frames: what is asked of a sentence, with the labels that answer it.

A frame is a folder with `frame.toml` (the question, the labels with definitions and examples) and
`quotes.jsonl` (labelled quotes). The shipped frame is ``us-china``.
"""

from stancekit.frames.frame import (
    SENTIMENTS,
    Frame,
    Label,
    bare_frame,
    load_frame,
    parse_frame,
    shipped_frames,
)
from stancekit.frames.template import new_frame

__all__ = [
    "SENTIMENTS",
    "Frame",
    "Label",
    "bare_frame",
    "load_frame",
    "new_frame",
    "parse_frame",
    "shipped_frames",
]
