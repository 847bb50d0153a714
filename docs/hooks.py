"""What mkdocs cannot know: the commands with their options, the exports of a room, the figures of the card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

import stancekit
from stancekit.cli import cli

_ROOM = re.compile(r"<!-- exports of ([\w.]+) -->")
_CARD = Path(__file__).parents[1] / "models" / "us-china"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The figures of the shipped model's card lie beside the card."""
    for path in sorted((_CARD / "figures").glob("*.png")):
        files.append(File.generated(config, f"figures/{path.name}", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put them where the pages ask for them."""
    if "<!-- commands -->" in markdown:
        markdown = markdown.replace("<!-- commands -->", "\n\n".join(_commands(cli, ("stancekit",))))
    return _ROOM.sub(lambda found: _exports(found[1]), markdown)


def _commands(command: click.Command, path: tuple[str, ...]) -> Iterator[str]:
    context = click.Context(command, info_name=" ".join(path), max_content_width=78, terminal_width=78)
    name = " ".join(path)
    yield f"## `{name}`\n\n```text\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for word, sub in command.commands.items():
            yield from _commands(sub, (*path, word))


def _exports(room: str) -> str:
    """The directive for a room's exports, without those that have their place under `stancekit`."""
    names = sorted(set(import_module(room).__all__) - set(stancekit.__all__ if room != "stancekit" else ()))
    return f"::: {room}\n    options:\n      members: {names}\n"
