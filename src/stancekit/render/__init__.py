"""Things to look at: HTML pages without network or script, figures, and tables for a terminal."""

from stancekit.render.corpus_figures import save_corpus_figures
from stancekit.render.corpus_page import corpus_fragment, corpus_page
from stancekit.render.evaluation import evaluation_fragment, evaluation_page
from stancekit.render.evaluation_figures import save_evaluation_figures
from stancekit.render.notebook import prediction_fragment, prevalence_fragment
from stancekit.render.page import article_fragment, article_page
from stancekit.render.terminal import article_table, corpus_tables, corpus_text

__all__ = [
    "article_fragment",
    "article_page",
    "article_table",
    "corpus_fragment",
    "corpus_page",
    "corpus_tables",
    "corpus_text",
    "evaluation_fragment",
    "evaluation_page",
    "prediction_fragment",
    "prevalence_fragment",
    "save_corpus_figures",
    "save_evaluation_figures",
]
