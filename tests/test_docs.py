"""The documentation keeps its word: its samples run, its commands exist, its pages ask nothing of the network."""

from __future__ import annotations

import contextlib
import csv
import importlib.util
import itertools
import json
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path

import click
import pyarrow.parquet as pq
import pytest
import yaml

import stancekit
from conftest import tiny_rows
from stancekit.cli import cli

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
_FENCE = re.compile(r"^(?:<!-- test: (\w+) -->\n)?```(\w*)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.M | re.S)
_INLINE = re.compile(r"`(stancekit [^`]+)`")


def fences(page: Path) -> list[tuple[str, str, str, str]]:
    """What a page asks for (slow, spacy), language, title and text of each of its code blocks."""
    return _FENCE.findall(page.read_text("utf-8"))


def sampled(slow: bool) -> list[Path]:
    """The pages with Python on them, those with slow samples or the others."""
    found = {page: [need for need, language, _, _ in fences(page) if language == "python"] for page in PAGES}
    return [page for page, needs in found.items() if needs and ("slow" in needs) == slow]


def names(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(DOCS)) for page in pages]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the pages speak of: an article, a corpus with its labels and a sample, labelled tables."""
    desk = tmp_path_factory.mktemp("desk")
    shutil.copy(Path(stancekit.__file__).parent / "example.txt", desk / "story.txt")
    frame = stancekit.load_frame("us-china")
    with (frame.folder / "quotes.jsonl").open(encoding="utf-8") as lines:  # type: ignore[operator]
        held_out = list(itertools.islice((row for row in map(json.loads, lines) if row["split"] == "test"), 120))
    write_csv(desk / "held-out.csv", [{k: r[k] for k in ("text", "stance", "topic", "group")} for r in held_out])
    (desk / "articles").mkdir()
    with (desk / "articles" / "news.jsonl").open("w", encoding="utf-8") as out:
        for number in range(30):
            said = [row["text"].strip(",.") for row in held_out[number * 4 : number * 4 + 4]]
            text = f"“{said[0]}. {said[1]},” said Mara Lindqvist. “{said[2]}. {said[3]}.”"
            row = {"id": f"a-{number}", "text": text, "date": "2024-03-01", "outlet": f"Outlet {number % 2}"}
            out.write(json.dumps(row) + "\n")
    stancekit.label(desk / "articles", desk / "labels", keep=["date", "outlet"], device="cpu")
    rows = pq.read_table(desk / "labels" / "shard-000000.parquet").to_pylist()
    write_csv(desk / "sample.csv", [{k: row[k] for k in ("article", "start", "stance")} for row in rows[::2]])
    write_csv(desk / "tax.csv", tiny_rows())
    return desk


def write_csv(path: Path, rows: list[dict[str, object]] | list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def desk(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the prepared files to work in, and a stand-in for spaCy where it is not installed."""
    folder = tmp_path / "desk"
    shutil.copytree(prepared, folder)
    monkeypatch.chdir(folder)
    if importlib.util.find_spec("spacy") is None:
        monkeypatch.setitem(sys.modules, "spacy", stand_in_for_spacy())
    return folder


def stand_in_for_spacy() -> types.ModuleType:
    """As much of spaCy's interface as the page uses."""

    class Doc:
        def __init__(self, text: str) -> None:
            self.text = text
            self.spans: dict[str, list[str]] = {}

        def char_span(self, start: int, end: int, label: str = "", *, alignment_mode: str = "strict") -> str:
            assert 0 <= start < end <= len(self.text)
            assert label
            assert alignment_mode in ("strict", "contract", "expand")
            return self.text[start:end]

    module = types.ModuleType("spacy")
    module.blank = lambda language: Doc  # type: ignore[attr-defined]
    return module


def run_samples(page: Path, desk: Path) -> None:
    namespace: dict[str, object] = {"__name__": "__main__"}
    for _, language, title, text in fences(page):
        if title:
            (desk / title).write_text(text, "utf-8")
        if language == "python":
            line = page.read_text("utf-8").split(text)[0].count("\n")
            exec(compile("\n" * line + text, str(page), "exec"), namespace)


@pytest.mark.parametrize("page", names(sampled(slow=False)))
def test_samples_of_the_page_run(page: str, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_samples(DOCS / page, desk)


@pytest.mark.slow
@pytest.mark.parametrize("page", names(sampled(slow=True)))
def test_slow_samples_of_the_page_run(page: str, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_samples(DOCS / page, desk)


def commands(text: str) -> Iterator[list[str]]:
    """The stancekit commands of a shell block, each as its arguments."""
    for line in text.replace("\\\n", " ").splitlines():
        for command in re.split(r"&&|\||;", line):
            words = shlex.split(command, comments=True)
            if words[:1] == ["stancekit"]:
                yield words[1:]
            elif "stancekit.training" in words:
                yield ["train", *words[words.index("stancekit.training") + 1 :]]


def parse(arguments: list[str]) -> None:
    """Let click read a command as it would before running it."""
    command: click.Command = cli
    while isinstance(command, click.Group):
        name, *arguments = arguments
        found = command.commands.get(name)
        assert found is not None, f"no command {name}"
        command = found
    with contextlib.suppress(click.exceptions.Exit):  # --help
        command.make_context(command.name, list(arguments))


SHOWN = [
    (str(page.relative_to(ROOT)), " ".join(map(shlex.quote, words)))
    for page in [*PAGES, ROOT / "README.md"]
    for _, language, _, text in fences(page)
    if language in ("sh", "")
    for words in commands(text)
]


@pytest.mark.parametrize(("page", "command"), SHOWN)
def test_shown_command_exists_with_all_its_options(page: str, command: str) -> None:
    parse(shlex.split(command))


def test_a_command_with_an_unknown_option_would_be_noticed() -> None:
    with pytest.raises(click.NoSuchOption):
        parse(["label", "articles", "-o", "labels", "--shards", "5"])


@pytest.mark.parametrize("page", names(PAGES))
def test_commands_named_in_sentences_exist(page: str) -> None:
    for shown in _INLINE.findall((DOCS / page).read_text("utf-8")):
        command: click.Command = cli
        for word in shlex.split(shown)[1:]:
            if word.startswith("-"):
                known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
                assert word.split("=")[0] in known, f"{shown}: {word}"
            elif isinstance(command, click.Group):
                assert word in command.commands, f"{shown}: {word}"
                command = command.commands[word]


def test_every_room_that_exports_names_has_a_page() -> None:
    rooms = [
        info.name
        for info in pkgutil.iter_modules(stancekit.__path__)
        if info.ispkg and getattr(importlib.import_module(f"stancekit.{info.name}"), "__all__", None)
    ]
    assert "quotes" in rooms
    for room in rooms:
        page = DOCS / "api" / f"{room}.md"
        assert f"<!-- exports of stancekit.{room} -->" in page.read_text("utf-8")


def test_scripts_and_files_named_on_the_pages_exist() -> None:
    path = re.compile(r"`(?:python )?((?:benchmarks|notebooks|models|src)/[\w./-]+)")
    named = {name for page in [*PAGES, ROOT / "SECURITY.md"] for name in path.findall(page.read_text("utf-8"))}
    assert "benchmarks/label.py" in named
    assert [name for name in sorted(named) if name != "models/my-frame" and not (ROOT / name).exists()] == []


def test_citation_names_this_version_and_licence() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {"cff-version", "message", "title", "authors"} <= set(citation)  # what CFF 1.2.0 requires
    assert citation["cff-version"] == "1.2.0"
    assert (citation["title"], citation["version"], citation["license"]) == (
        project["name"],
        project["version"],
        project["license"],
    )


@pytest.mark.slow
def test_site_builds_strictly_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    site = tmp_path / "site"
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(PAGES)  # each page and 404.html
    loaded = re.compile(
        r"<(?:script|img|iframe)\b[^>]*\bsrc=[\"']?(?:https?:)?//|<link\b[^>]*\bhref=[\"']?(?:https?:)?//"
    )
    assert [str(page) for page in pages if loaded.search(page.read_text("utf-8"))] == []
