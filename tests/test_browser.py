"""The browser helpers find what they are there to find, and nothing on the article page."""

import pytest

from browser import WIDTHS, OpenPage, contrast_failures, overflow, unnamed_figures
from stancekit.render import article_page
from test_render import article


def test_faint_text_is_found_on_every_ground(open_page: OpenPage) -> None:
    page = open_page(
        "<body style='background:#fff'><p>plain</p><p style='color:#999'>grey</p>"
        "<div style='background:#000;color:#fff'><b>good</b> <i style='opacity:.3'>faded</i></div>"
        "<svg width=90 height=40><rect width=90 height=40 fill='#333'/><text x=5 y=20>dark</text>"
        "<text x=45 y=20 fill='#fff'>bright</text></svg>"
    )
    assert [line.split(": ")[1] for line in contrast_failures(page)] == ["grey", "faded", "dark"]


def test_the_ground_of_a_dark_page_is_dark(open_page: OpenPage) -> None:
    page = "<style>:root { color-scheme: light dark }</style><p>plain</p><p style='color:#222'>ink</p>"
    assert contrast_failures(open_page(page)) == []
    assert [line.split(": ")[1] for line in contrast_failures(open_page(page, dark=True))] == ["ink"]


def test_what_sticks_out_is_named(open_page: OpenPage) -> None:
    page = open_page("<p>fits</p><div class='wide' style='width:500px'>does not</div>", 360)
    assert overflow(page)[1:] == ["DIV.wide does not"]


def test_drawings_without_a_name_are_found(open_page: OpenPage) -> None:
    named = "<svg role='img' aria-label='a line'></svg><svg role='img'><title>a dot</title></svg>"
    assert unnamed_figures(open_page(named + "<svg aria-hidden='true'></svg>")) == []
    assert len(unnamed_figures(open_page("<svg></svg><svg aria-label='no role'></svg>"))) == 2


def test_a_page_that_fetches_or_fails_is_not_opened(open_page: OpenPage) -> None:
    with pytest.raises(AssertionError, match="asked for"):
        open_page("<img src='missing.png' alt='x'>")
    with pytest.raises(AssertionError, match="gone"):
        open_page("<script>throw new Error('gone')</script>")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
def test_an_article_can_be_read(open_page: OpenPage, width: int, dark: bool) -> None:
    page = open_page(article_page(article()), width, dark)
    assert overflow(page) == []
    assert contrast_failures(page) == []
