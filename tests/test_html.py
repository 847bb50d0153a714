"""Saved web pages: the article alone is read."""

import subprocess
import sys
from pathlib import Path

import pytest

from stancekit import DataError, MissingExtraError, extract_quotes
from stancekit.data import article_text

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Harbour to stay open - The Velmar Courier</title></head>
<body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/log-in">“Log in to read more stories today”</a></li></ul></nav>
<main><article>
<h1>Harbour to stay open</h1>
<p>The old harbour of Velmar will stay open for another ten years, the town council decided on Tuesday after a
long evening of speeches and a single vote against.</p>
<p>“We owe it to the boats and to the people who work on them,” said Mara Lindqvist, the councillor who had asked
for the vote. “A harbour that closes does not open again.”</p>
<p>Tom Okafor, who sells fish on the quay, said he had not slept the night before. “I have two sons and one boat,”
he told the council, and sat down again.</p>
<p>The mayor, Dana Roe, said that the repairs would cost four million and that the town had saved for half of it.</p>
</article></main>
<aside><h2>Most read</h2><p>“You will never guess what the mayor had for lunch this week”</p></aside>
<footer><p>Copyright 2031 The Velmar Courier. “All the news that floats on our water”</p></footer>
</body></html>
"""


def test_a_page_gives_the_paragraphs_of_its_article() -> None:
    text = article_text(PAGE, "page.html")
    assert "will stay open for another ten years" in text
    assert "\n\n“We owe it to the boats" in text
    assert "Log in" not in text
    assert "lunch" not in text


def test_the_quotes_of_a_page_have_their_speakers() -> None:
    quotes = extract_quotes(article_text(PAGE, "page.html"))
    assert [quote.speaker and quote.speaker.name for quote in quotes] == ["Mara Lindqvist", "Tom Okafor"]


@pytest.mark.parametrize("page", ["", "  \n", "<html><body></body></html>", "<nav><a href='/'>Home</a></nav>"])
def test_a_page_without_an_article_is_named(page: str) -> None:
    with pytest.raises(DataError, match=r"page\.html: no article"):
        article_text(page, "page.html")


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'stancekit\[html\]'"):
        article_text(PAGE, "page.html")


def test_reading_pages_is_imported_only_when_a_page_is_read() -> None:
    code = "import sys, stancekit.data; sys.exit('trafilatura' in sys.modules or 'lxml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("name", ["story.html", "STORY.HTM"])
def test_the_command_reads_a_saved_page(model: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(PAGE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "stancekit", "read", tmp_path / name, "--model", model, "--json"], capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"Okafor" in done.stdout
    assert b"lunch" not in done.stdout
