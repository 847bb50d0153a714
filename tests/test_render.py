"""Pages and tables: complete, escaped, self-contained."""

import html.parser
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancekit import Article, Prediction, Quote, Sentence, Span, Speaker, prevalence
from stancekit.render import article_page, article_table
from stancekit.render.style import letters

LABELS = ("easing", "rivalry", "neither")


def article(
    text: str = "“We talk,” she said. “Or not.”", name: str = "Ada", labels: tuple[str, ...] = LABELS
) -> Article:
    at = text.find("We talk,")
    rest = text.find("Or not.")

    def p(stance: str, confidence: float) -> Prediction:
        scores = {label: (confidence if label == stance else (1 - confidence) / 2) for label in labels}
        return Prediction("x", stance, confidence, scores, "neutral", {"neutral": 1.0})

    sentences = (
        Sentence("We talk,", at, at + 8, p(labels[0], 0.9)),
        Sentence("Or not.", rest, rest + 7, p(labels[1], 0.6)),
    )
    fragments = (Span(at, at + 8, "We talk,"), Span(rest, rest + 7, "Or not."))
    she = text.find("she")
    quote = Quote(
        text[at : rest + 7], at, rest + 7, fragments, "speech", sentences,
        Speaker("she", she, she + 3, name, "minister", "subject of “said”"), neither=labels[-1],
    )  # fmt: skip
    return Article(text, (quote,), "us-china", labels)


class Page(html.parser.HTMLParser):
    """Collects tags, attributes and text; HTMLParser itself never fails, so balance is checked here."""

    VOID = ("meta", "br")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.stack: list[str] = []
        self.feed(page)
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_quoted_sentence_is_marked_with_scores_speaker_and_reason() -> None:
    page = Page(article_page(article()))
    marks = [attributes for tag, attributes in page.tags if tag == "mark" and "tabindex" in attributes]
    assert [m["class"] for m in marks] == ["side0", "side1"]
    notes = {attributes["id"] for tag, attributes in page.tags if attributes.get("role") == "tooltip"}
    assert {m["aria-describedby"] for m in marks} == notes
    for piece in ("easing 90%", "rivalry 60%", "Ada", "subject of “said”", "minister"):
        assert piece in page.text


def test_the_page_needs_no_network_and_no_script() -> None:
    page = Page(article_page(article()))
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not any(name in attributes for _, attributes in page.tags for name in ("src", "onload", "onclick"))
    assert all(attributes.get("href", "#").startswith("#") for _, attributes in page.tags)


def test_each_sentence_in_the_list_of_speakers_leads_to_its_place_in_the_text() -> None:
    page = Page(article_page(article()))
    places = [attributes["id"] for tag, attributes in page.tags if tag == "mark" and "id" in attributes]
    assert [attributes["href"] for tag, attributes in page.tags if tag == "a"] == [f"#{place}" for place in places]
    assert len(set(places)) == 2


def test_no_two_stances_have_the_same_letter() -> None:
    found = letters(("against", "again", "aa", "a", "neither", "unsure"))
    assert len(set(found.values())) == 6
    assert (found["against"], found["unsure"]) == ("A", "?")


def test_the_whole_text_is_on_the_page_in_order() -> None:
    text = "Head\n\n“We talk,” she said. “Or not.”\n\nTail & <end>"
    page = article_page(article(text))
    inner = page[page.index("<article>") : page.index("</article>")]
    assert (
        inner.index("Head") < inner.index("We talk,") < inner.index("Or not.") < inner.index("Tail &amp; &lt;end&gt;")
    )


HOSTILE = st.text() | st.sampled_from(
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style>", "&lt;"]
)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_nothing_from_outside_becomes_markup(head: str, name: str, label: str) -> None:
    text = head + "\n“We talk,” she said. “Or not.”"
    page = Page(article_page(article(text, name, (label + "a", "rivalry", "neither"))))
    allowed = {
        "html", "head", "meta", "title", "style", "body", "div", "main", "header", "ul", "li", "mark", "sup", "p", "b",
        "article", "span", "br", "aside", "h1", "h2", "section", "h3", "a",
    }  # fmt: skip
    assert {tag for tag, _ in page.tags} <= allowed


@pytest.mark.parametrize("width", [80])
def test_the_table_fits_eighty_columns_and_has_no_colour_off_a_terminal(width: int) -> None:
    out = io.StringIO()
    article_table(article(), out)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert "\x1b" not in out.getvalue()
    for piece in ("We talk,", "Ada", "easing", "0.90", "neutral"):
        assert piece in out.getvalue()


def test_an_article_shows_itself_in_a_notebook() -> None:
    assert "We talk," in article()._repr_html_()
    assert "<html" not in article()._repr_html_()
    assert "body {" not in article()._repr_html_()


@given(HOSTILE, HOSTILE)
def test_a_prediction_shows_itself_in_a_notebook_and_nothing_in_it_becomes_markup(text: str, label: str) -> None:
    scores = {label: 0.7, label + "b": 0.3}
    shown = Page(Prediction(text, label, 0.7, scores, "neutral", {"neutral": 1.0})._repr_html_())
    assert {tag for tag, _ in shown.tags} <= {"p", "table", "tr", "td"}
    assert "70%" in shown.text


def test_an_unsure_prediction_says_so_in_a_notebook() -> None:
    assert "unsure" in Prediction("x", "unsure", 0.4, {"for": 0.4, "against": 0.3, "neither": 0.3})._repr_html_()


@given(HOSTILE, HOSTILE)
def test_shares_show_themselves_in_a_notebook_and_nothing_in_them_becomes_markup(stance: str, group: str) -> None:
    rows = [{"id": i, "stance": stance, "outlet": group or "-"} for i in range(20)]
    shown = Page(prevalence(rows, rows[:3], by="outlet")._repr_html_())
    assert {tag for tag, _ in shown.tags} <= {"p", "table", "thead", "tbody", "tr", "th", "td"}
    assert "100.0" in shown.text
    assert "no interval" in shown.text
