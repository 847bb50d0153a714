"""The sixty articles of `gold.txt`: quotes, fragments, kinds, speakers and full names, all exact."""

import pytest

from stancekit.quotes import extract_quotes

from .gold import GoldArticle, load

ARTICLES = load()


def test_there_are_sixty_articles():
    assert len(ARTICLES) == 60


@pytest.mark.parametrize("article", ARTICLES, ids=[article.title for article in ARTICLES])
def test_article(article: GoldArticle):
    reported = any(quote.kind == "reported" for quote in article.quotes)
    kinds = "all" if reported else ("speech", "partial", "mention")
    found = [
        (
            quote.kind,
            [(f.start, f.end) for f in quote.fragments],
            quote.speaker.text if quote.speaker else None,
            quote.speaker.name if quote.speaker else None,
        )
        for quote in extract_quotes(article.text, kinds=kinds)
    ]
    expected = [(quote.kind, quote.fragments, quote.mention, quote.name) for quote in article.quotes]
    assert found == expected, "\n".join(article.text[a:b] for _, spans, _, _ in found for a, b in spans)
