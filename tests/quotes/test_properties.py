"""Whatever the text: no exception, offsets that hold, fragments and nesting in order, linear time."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stancekit.quotes import extract_quotes, split_sentences
from stancekit.records import Quote

MARKS = "“”‘’\"'«»‹›„「」『』″′`"
NAMES = [
    "Mara Lindqvist",
    "Tom Okafor",
    "Dr. Ines Prado",
    "the ministry",
    "a spokesman",
    "she",
    "They",
    "Jan van Oss",
]
VERBS = [
    "said",
    "added",
    "told reporters",
    "wrote",
    "was quoted as saying",
    "according to",
    "who said",
    "saying",
]
WORDS = [
    "trade",
    "talks",
    "will",
    "not",
    "end",
    "U.S.",
    "No. 1",
    "it",
    "the",
    "of",
    "6'2\"",
    "'90s",
    "players'",
]
GLUE = [
    " ",
    ", ",
    ". ",
    "\n\n",
    "\r\n",
    ": ",
    " – ",
    "… ",
    "? ",
    " (",
    ") ",
    "\x00",
    "\ud800",
    "\u200f",
    "\u2029",
    "🙂",
]

any_text = st.text(st.characters(), max_size=400)
shuffled_marks = st.text(st.sampled_from(MARKS + " ab.,\n"), max_size=300)
article_like = st.lists(st.sampled_from([*MARKS, *NAMES, *VERBS, *WORDS, *GLUE]), max_size=120).map("".join)
texts = st.one_of(any_text, shuffled_marks, article_like)

quick = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
thorough = settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))


def check(text: str, quote: Quote, low: int, high: int) -> None:
    assert quote.text == text[quote.start : quote.end]
    assert low <= quote.start < quote.end <= high
    assert quote.fragments
    assert (quote.fragments[0].start, quote.fragments[-1].end) == (quote.start, quote.end)
    at = quote.start
    for fragment in quote.fragments:
        assert fragment.text == text[fragment.start : fragment.end]
        assert at <= fragment.start < fragment.end
        at = fragment.end
    for sentence in quote.sentences:
        assert quote.start <= sentence.start < sentence.end <= quote.end
        assert sentence.text
    if quote.speaker is not None:
        assert quote.speaker.text == text[quote.speaker.start : quote.speaker.end]
        assert quote.speaker.name
        assert quote.speaker.reason
        assert 0 < quote.speaker.confidence <= 1
    if quote.cue is not None:
        assert quote.cue.text == text[quote.cue.start : quote.cue.end]
    at = quote.start
    for child in quote.children:
        check(text, child, at, quote.end)
        at = child.end


def check_all(text: str) -> None:
    for kinds in (("speech", "partial"), "all"):
        at = 0
        for quote in extract_quotes(text, kinds=kinds):
            check(text, quote, at, len(text))
            at = quote.end
            assert Quote.from_dict(quote.to_dict()) == quote
    at = 0
    for span in split_sentences(text):
        assert span.text == text[span.start : span.end]
        assert at <= span.start < span.end
        at = span.end


@quick
@given(texts)
def test_every_text_gives_quotes_whose_offsets_hold(text):
    check_all(text)


@pytest.mark.slow
@thorough
@given(texts)
def test_every_text_gives_quotes_whose_offsets_hold_twenty_thousand_times(text):
    check_all(text)


@quick
@given(article_like)
def test_a_paragraph_without_marks_behind_changes_nothing_before_it(text):
    closed = text + "\n\n"
    before = [q.to_dict() for q in extract_quotes(closed) if q.end < len(text)]
    longer = closed + "Rain fell on the harbour all night."
    after = [q.to_dict() for q in extract_quotes(longer) if q.end < len(text)]
    assert before == after


PAGES = {
    "straight marks": '"',
    "opening marks": "“",
    "all marks": "“‘\"'«„",
    "spaced marks": '" ',
    "opening marks before words": "“a\n\n",
}


# The absolute limit, a megabyte in two seconds, is measured by benchmarks/quotes.py on a quiet machine.
@pytest.mark.parametrize("page", PAGES)
def test_time_on_a_page_of_quote_marks_grows_with_its_length(page):
    def seconds(size: int) -> float:
        text = PAGES[page] * (size // len(PAGES[page]))
        begin = time.process_time()
        extract_quotes(text)
        return time.process_time() - begin

    seconds(5_000)
    small = min(seconds(50_000) for _ in range(3))
    assert seconds(1_000_000) < 60 * small + 0.2


@pytest.mark.parametrize(
    "unit",
    [
        "said, ",
        "who said ",
        "A. ",
        "Mr. ",
        "a, ",
        "Li, of the bank, ",
        "“A,” he said. ",
        "of the ",
        "'s ",
        "“",
    ],
)
def test_time_grows_with_the_text(unit):
    def seconds(count: int) -> float:
        begin = time.process_time()
        extract_quotes(unit * count, kinds="all")
        return time.process_time() - begin

    seconds(100)
    # the least of several, both times: a busy machine only ever adds
    small = min(seconds(1_000) for _ in range(3))
    assert min(seconds(10_000) for _ in range(5)) < 30 * small + 0.05
