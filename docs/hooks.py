"""What mkdocs cannot know by itself: the commands with their options, and which names a room exports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import click

import stancekit
from stancekit.cli import cli

_ROOM = re.compile(r"<!-- exports of ([\w.]+) -->")


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
