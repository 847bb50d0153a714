"""Quotes and their speakers out of article text: standard library only, linear time, never raises.

Example:
    >>> quote = extract_quotes("“Talks help both sides,” said Mara Lindqvist, an analyst.")[0]
    >>> quote.text, quote.speaker.name, quote.speaker.role
    ('Talks help both sides,', 'Mara Lindqvist', 'analyst')
"""

from stancekit.quotes.extract import extract_quotes
from stancekit.quotes.sentences import split_sentences

__all__ = ["extract_quotes", "split_sentences"]
