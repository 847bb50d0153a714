"""The article out of a saved web page, without menus, share bars and comments."""

from __future__ import annotations

from stancekit.errors import DataError, MissingExtraError


def article_text(html: str, source: str) -> str:
    """The text of the article in a web page, its paragraphs apart by an empty line.

    Offsets of quotes found in it index this text, not the page.

    Args:
        html: The page.
        source: Where it came from, for messages: a file name, say.

    Raises:
        MissingExtraError: The extra `html` is not installed.
        DataError: The page holds no article.
    """
    try:
        from trafilatura import extract
    except ImportError as error:
        raise MissingExtraError(
            f"{source}: reading web pages needs trafilatura: pip install 'stancekit[html]'"
        ) from error
    found = extract(html, include_comments=False, include_tables=False) if html.strip() else None
    paragraphs = [line.strip() for line in (found or "").splitlines() if line.strip()]
    if not paragraphs:
        raise DataError(f"{source}: no article in this web page. Save its text as .txt if there is one")
    return "\n\n".join(paragraphs)
