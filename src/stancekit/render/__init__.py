"""Articles to look at: one HTML page without network or script, and tables for a terminal."""

from stancekit.render.page import article_fragment, article_page
from stancekit.render.terminal import article_table

__all__ = ["article_fragment", "article_page", "article_table"]
