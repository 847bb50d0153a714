"""The frame file: reading it and saying what is wrong with it."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from stancekit.errors import FrameError
from stancekit.records import MIXED, UNSURE

SENTIMENTS = ("negative", "neutral", "positive")
_SHIPPED = Path(__file__).parent
_LABEL_NAME = re.compile(r"[\w-]+")
_RESERVED = (MIXED, UNSURE)  # what quotes and sentences are called beside the labels


@dataclass(frozen=True, slots=True)
class Label:
    """One possible answer to a frame's question."""

    name: str
    definition: str
    examples: tuple[str, ...] = ()
    neither: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A question about sentences and the labels that answer it.

    Attributes:
        name: Short name, also the name of the model trained on it.
        title: For people.
        question: What is asked of each sentence.
        target: What the stance is toward.
        labels: The possible answers, in the order that every score and matrix keeps.
        sentiment: Whether rows also carry a sentiment.
        toml: The text of `frame.toml`; saved with every model.
        folder: Where it was read from, or None.
    """

    name: str
    title: str
    question: str
    target: str
    labels: tuple[Label, ...]
    sentiment: bool
    toml: str
    folder: Path | None = None

    @property
    def label_names(self) -> tuple[str, ...]:
        """Names of the labels, in order."""
        return tuple(label.name for label in self.labels)

    @property
    def neither(self) -> str | None:
        """The label for sentences that take no side, if the frame has one."""
        return next((label.name for label in self.labels if label.neither), None)

    @property
    def neithers(self) -> dict[str, str | None]:
        """By task, the label that takes no side."""
        return {"stance": self.neither, "sentiment": "neutral"}

    @property
    def quotes_path(self) -> Path | None:
        """The folder's `quotes.jsonl`, whether or not it exists."""
        return self.folder / "quotes.jsonl" if self.folder else None

    @property
    def sha256(self) -> str:
        """Of the text of `frame.toml`."""
        return hashlib.sha256(self.toml.encode()).hexdigest()


class _LabelTable(msgspec.Struct, forbid_unknown_fields=True):
    definition: str
    examples: list[str] = []
    neither: bool = False


class _SentimentTable(msgspec.Struct, forbid_unknown_fields=True):
    on: bool = True


class _FrameFile(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    question: str
    target: str
    labels: dict[str, _LabelTable]
    title: str = ""
    sentiment: _SentimentTable = msgspec.field(default_factory=lambda: _SentimentTable(on=False))


def parse_frame(toml: str, source: str = "frame.toml", folder: Path | None = None) -> Frame:
    """Read a frame from the text of its `frame.toml`.

    Raises:
        FrameError: The text is not TOML, a key is missing, unknown or of the wrong type, there are
            fewer than two labels, a name is not usable, or several labels are marked ``neither``.
    """
    try:
        table = msgspec.convert(tomllib.loads(toml), _FrameFile)
    except tomllib.TOMLDecodeError as error:
        raise FrameError(f"{source}: not valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise FrameError(f"{source}: {error}. `stancekit frame new` writes a commented example") from error
    if len(table.labels) < 2:
        raise FrameError(f"{source}: a frame needs at least two [labels.NAME] tables, this one has {len(table.labels)}")
    for name in table.labels:
        if not _LABEL_NAME.fullmatch(name) or name in _RESERVED:
            raise FrameError(
                f"{source}: label {name!r} cannot be used; take letters, digits, - and _ "
                f"(not {' or '.join(map(repr, _RESERVED))})"
            )
    marked = [name for name, label in table.labels.items() if label.neither]
    if len(marked) > 1:
        raise FrameError(f"{source}: {' and '.join(marked)} are both marked neither = true; mark one at most")
    if not _LABEL_NAME.fullmatch(table.name):
        raise FrameError(f"{source}: name {table.name!r} names a folder too; take letters, digits, - and _")
    labels = tuple(
        Label(name, label.definition.strip(), tuple(label.examples), label.neither)
        for name, label in table.labels.items()
    )
    return Frame(
        table.name,
        table.title or table.name,
        table.question,
        table.target,
        labels,
        table.sentiment.on,
        toml,
        folder,
    )


def shipped_frames() -> list[str]:
    """Names of the frames that come with stancekit."""
    return sorted(path.parent.name.replace("_", "-") for path in _SHIPPED.glob("*/frame.toml"))


def load_frame(frame: str | Path) -> Frame:
    """Load a frame folder, or a shipped frame by name.

    Raises:
        FrameError: There is no such folder or name, or its `frame.toml` is not usable.

    Example:
        >>> load_frame("us-china").label_names
        ('easing', 'rivalry', 'neither')
    """
    folder = Path(frame)
    if not folder.exists() and str(frame) in shipped_frames():
        folder = _SHIPPED / str(frame).replace("-", "_")
    path = folder / "frame.toml"
    if not path.is_file():
        raise FrameError(
            f"{frame}: no frame.toml there, and no shipped frame of that name "
            f"(shipped: {', '.join(shipped_frames())}). `stancekit frame new {frame}` starts one"
        )
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FrameError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
    return parse_frame(text, str(path), folder)


def bare_frame(name: str, stances: Sequence[str], sentiment: bool) -> Frame:
    """A frame for a table of `text,stance` without a `frame.toml`: its labels and nothing else.

    Raises:
        FrameError: There are fewer than two labels, or a label cannot be used.
    """
    name = re.sub(r"[^\w-]+", "-", name).strip("-") or "frame"
    lines = [
        f'name = "{name}"',
        'question = "(not stated: trained from a bare table)"',
        'target = "(not stated)"',
    ]
    for stance in stances:
        if not _LABEL_NAME.fullmatch(stance):
            raise FrameError(f"label {stance!r} cannot be used; take letters, digits, - and _")
        lines += [f"[labels.{stance}]", 'definition = ""', f"neither = {str(stance == 'neither').lower()}"]
    lines += ["[sentiment]", f"on = {str(sentiment).lower()}"]
    return parse_frame("\n".join(lines) + "\n", name)
