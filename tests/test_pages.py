"""The article's page and the corpus's in a real browser."""

import json
from pathlib import Path
from typing import Any

import pytest

from browser import WIDTHS, OpenPage, contrast_failures, overflow, unnamed_figures
from labels import write_labels
from stancekit import report
from stancekit.render import article_page
from test_render import article
from test_report import corpus, write_sample

LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 4


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages by name."""
    folder = tmp_path_factory.mktemp("pages")
    rows, truth = corpus()
    for row in rows[:40]:
        row["speaker"] = row["outlet"] = LONG
    labels = write_labels(folder / "labels", rows)
    sample = write_sample(folder / "sample.jsonl", truth)
    text = f"A head\n\n{LONG} “We talk,” she said. “Or not.”\n\n" + "The end of it. " * 50
    return {
        "article": article_page(article(text, LONG)),
        "raw": report(labels, by="outlet").to_html(),
        "corrected": report(labels, sample, by="outlet", date="date:quarter").to_html(),
    }


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["article", "raw", "corrected"])
def test_it_can_be_read_on_a_phone_and_a_desktop_in_light_and_dark(
    open_page: OpenPage, pages: dict[str, str], name: str, width: int, dark: bool
) -> None:
    page = open_page(pages[name], width, dark)
    assert overflow(page) == []
    assert contrast_failures(page) == []
    assert unnamed_figures(page) == []


def focused(page: Any) -> dict[str, str]:
    """The element that has the keyboard, and the note it shows, if any."""
    found = page.evaluate(
        """() => {
          const e = document.activeElement, note = e.querySelector(".note");
          const box = note && note.getBoundingClientRect();
          return JSON.stringify({tag: e.tagName, text: e.textContent, outline: getComputedStyle(e).outlineStyle,
            note: note && getComputedStyle(note).display === "block" && box.left >= 0 && box.right <= innerWidth
              ? note.textContent : ""});
        }"""
    )
    return dict(json.loads(found))


@pytest.mark.parametrize("width", WIDTHS)
def test_scores_and_reason_are_reached_by_keyboard_and_stay_on_the_screen(
    open_page: OpenPage, pages: dict[str, str], width: int
) -> None:
    page = open_page(pages["article"], width)
    for want in ("easing 90%", "rivalry 60%"):
        page.keyboard.press("Tab")
        seen = focused(page)
        assert seen["tag"] == "MARK"
        assert want in seen["note"]
        assert "subject of “said”" in seen["note"]
        assert seen["outline"] == "solid"
        assert overflow(page) == []
        assert contrast_failures(page) == []
    page.keyboard.press("Tab")
    assert focused(page)["tag"] == "A"
    page.keyboard.press("Enter")
    assert page.evaluate("getComputedStyle(document.querySelector('mark:target .note')).display") == "block"


def test_scores_are_shown_under_the_pointer_and_not_in_print(open_page: OpenPage, pages: dict[str, str]) -> None:
    page = open_page(pages["article"])
    page.hover("mark[tabindex]")
    assert page.evaluate("getComputedStyle(document.querySelector('mark[tabindex] .note')).display") == "block"
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('mark[tabindex] .note')).display") == "none"


def test_tables_and_links_of_a_report_are_reached_by_keyboard(open_page: OpenPage, pages: dict[str, str]) -> None:
    page = open_page(pages["corrected"], 360)
    tags = []
    for _ in range(12):
        page.keyboard.press("Tab")
        tags.append(focused(page)["tag"])
        assert focused(page)["outline"] == "solid"
    assert {"DIV", "A"} <= set(tags)


def test_stances_differ_by_line_and_letter_and_not_by_colour_alone(open_page: OpenPage, pages: dict[str, str]) -> None:
    page = open_page(pages["article"])
    lines = page.evaluate(
        "[...document.querySelectorAll('.legend mark')].map(e => getComputedStyle(e).textDecorationStyle)"
    )
    assert len(set(lines)) == 3
    assert page.evaluate("[...document.querySelectorAll('.legend sup')].map(e => e.textContent)") == ["E", "R", "N"]


def test_a_page_of_nothing_can_be_read_too(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(report(write_labels(tmp_path / "labels", [])).to_html(), 360)
    assert overflow(page) == []
    assert contrast_failures(page) == []
