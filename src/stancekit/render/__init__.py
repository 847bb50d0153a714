"""Articles and evaluations to look at: HTML pages without network or script, figures, tables for a terminal."""

from stancekit.render.evaluation import evaluation_fragment, evaluation_page
from stancekit.render.figures import save_figures
from stancekit.render.page import article_fragment, article_page
from stancekit.render.terminal import article_table

__all__ = [
    "article_fragment",
    "article_page",
    "article_table",
    "evaluation_fragment",
    "evaluation_page",
    "save_figures",
]
