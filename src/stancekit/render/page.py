"""A read article as one HTML page: no network, no script, every string escaped.

Stance is shown three ways at once (tint, underline and a letter); the strength of the tint is the model's confidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from zlib import crc32

from stancekit.records import UNSURE, Article, Prediction, Quote, Sentence
from stancekit.render.style import STANCES, document, letters, stance_class


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the article that is marked: part of a quoted sentence, or a speaker's mention."""

    start: int
    end: int
    open: str
    close: str


def article_page(article: Article) -> str:
    """The article as a whole HTML document."""
    title = next((line.strip() for line in article.text.splitlines() if line.strip()), "Article")
    return document(title, _body(article), _STYLE)


def article_fragment(article: Article) -> str:
    """The same for a notebook cell: styled, without the document around it."""
    return f"<style>{_STYLE}</style>\n{_body(article)}"


def _body(article: Article) -> str:
    # several articles can be on one notebook page, whose ids are to differ
    prefix = f"a{crc32(article.text.encode('utf-8', 'replace')):08x}-"
    pieces = _pieces(article, prefix)
    paragraphs = [_marked(article.text, start, end, pieces) for start, end in _paragraphs(article.text)]
    headline = [f"<h1>{paragraphs.pop(0)}</h1>"] if len(paragraphs) > 1 else []
    text = "\n".join([*headline, *(f"<p>{paragraph}</p>" for paragraph in paragraphs)])
    return (
        f'<div class="stancekit read">\n<main>\n{_legend(article)}\n<article>\n{text}\n</article>\n</main>\n'
        f'<aside aria-label="Speakers">\n{_speakers(article, prefix)}\n</aside>\n</div>'
    )


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if bare:
            begin = start + line.index(bare)
            yield begin, begin + len(bare)
        start += len(line)


def _pieces(article: Article, prefix: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    number = 0
    letter = letters((*article.labels, UNSURE))
    for quote in article.quotes:
        for sentence in quote.sentences:
            number += 1
            pieces += _sentence_pieces(quote, sentence, f"{prefix}{number}", article.labels, letter)
    for quote in article.quotes:
        speaker = quote.speaker
        if speaker and speaker.end > speaker.start:
            pieces.append(_Piece(speaker.start, speaker.end, '<span class="who">', "</span>"))
    kept: list[_Piece] = []
    for piece in sorted(pieces, key=lambda p: (p.start, -p.end)):
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept


def _sentence_pieces(
    quote: Quote, sentence: Sentence, name: str, labels: Sequence[str], letter: Mapping[str, str]
) -> Iterator[_Piece]:
    p = sentence.prediction
    if p is None:
        return
    look = f'class="{stance_class(p.stance, labels, quote.neither)}" style="--a:{round(0.12 + 0.33 * p.confidence, 2)}"'
    spans = [(max(f.start, sentence.start), min(f.end, sentence.end)) for f in quote.fragments]
    spans = [(start, end) for start, end in spans if start < end]
    for place, (start, end) in enumerate(spans):
        if place < len(spans) - 1:
            # the first part of an interrupted sentence is tinted; letter and note come with the last
            yield _Piece(start, end, f"<mark {look}>", "</mark>")
        else:
            yield _Piece(
                start,
                end,
                f'<mark {look} tabindex="0" id="{name}" aria-describedby="{name}n">',
                f'<sup aria-hidden="true">{escape(letter.get(p.stance, "?"))}</sup>'
                f'<span class="heard"> ({escape(p.stance)}, {p.confidence:.0%})</span>'
                f'<span class="note" role="tooltip" id="{name}n">{_note(quote, p)}</span></mark>',
            )


def _note(quote: Quote, p: Prediction) -> str:
    def shares(scores: Mapping[str, float]) -> str:
        return escape(", ".join(f"{label} {value:.0%}" for label, value in scores.items()))

    lines = [f"<b>{escape(p.stance)}</b> {shares(p.stance_scores)}"]
    if p.sentiment_scores:
        lines.append(f"<b>{escape(p.sentiment or '')}</b> {shares(p.sentiment_scores)}")
    if quote.speaker:
        reason = f": {quote.speaker.reason}" if quote.speaker.reason else ""
        lines.append(escape(quote.speaker.name + reason))
    else:
        lines.append("no speaker found")
    return "<br>".join(lines)


def _marked(text: str, start: int, end: int, pieces: Sequence[_Piece]) -> str:
    out, at = [], start
    for piece in pieces:
        begin, stop = max(piece.start, start), min(piece.end, end)
        if begin < stop and begin >= at:
            out += [escape(text[at:begin]), piece.open, escape(text[begin:stop]), piece.close]
            at = stop
    return "".join([*out, escape(text[at:end])])


def _legend(article: Article) -> str:
    neither = next((quote.neither for quote in article.quotes if quote.neither), None)
    unsure = any(s.stance == UNSURE for quote in article.quotes for s in quote.sentences)
    labels = (*article.labels, *([UNSURE] if unsure else []))
    items = "".join(
        f'<li><mark class="{stance_class(label, article.labels, neither)}" style="--a:.4">{escape(label)}'
        f"<sup>{escape(letter)}</sup></mark></li>"
        for label, letter in letters(labels).items()
    )
    count = sum(len(quote.sentences) for quote in article.quotes)
    return (
        f'<header><ul class="legend" aria-label="Legend">{items}</ul>'
        f"<p>{count} quoted sentence{'s' if count != 1 else ''}, labelled by the model {escape(article.model)}; "
        "the stronger the tint, the surer it is. Point at a sentence, or tab to it, for its scores.</p></header>"
    )


def _speakers(article: Article, prefix: str) -> str:
    by_name: dict[str, list[tuple[Quote, Sentence, str]]] = {}
    number = 0
    for quote in article.quotes:
        for sentence in quote.sentences:
            number += 1
            name = quote.speaker.name if quote.speaker else "(no speaker found)"
            by_name.setdefault(name, []).append((quote, sentence, f"{prefix}{number}"))
    out = ["<h2>Speakers</h2>"]
    for name, said in by_name.items():
        role = next((q.speaker.role for q, _, _ in said if q.speaker and q.speaker.role), None)
        out.append(
            f"<section><h3>{escape(name)}</h3>" + (f'<p class="role">{escape(role)}</p>' if role else "") + "<ul>"
        )
        for quote, sentence, place in said:
            p = sentence.prediction
            label = f"{p.stance} {p.confidence:.0%}" if p else ""
            kind = stance_class(p.stance, article.labels, quote.neither) if p else "neither"
            out.append(
                f'<li><span class="tag {kind}">{escape(label)}</span> '
                f'<a href="#{place}">{escape(sentence.text)}</a></li>'
            )
        out.append("</ul></section>")
    return "\n".join(out)


_STYLE = (
    STANCES
    + """
.stancekit.read { display: grid; grid-template-columns: minmax(0, 42rem) minmax(0, 20rem); gap: 2.5rem;
  justify-content: center; padding: 2rem 1rem; font: 1.06rem/1.65 Georgia, 'Times New Roman', serif; }
.stancekit.read :is(aside, header, .note) { font: .85rem/1.5 system-ui, sans-serif; }
.stancekit.read p { margin: 0 0 1em; overflow-wrap: anywhere; }
.stancekit.read h1 { font: inherit; font-weight: bold; margin: 0 0 1em; overflow-wrap: anywhere; }
.stancekit.read mark { color: inherit; background: hsl(var(--h) var(--s) var(--l) / var(--a)); position: relative;
  text-decoration-line: underline; text-decoration-color: hsl(var(--h) var(--s) var(--l));
  text-decoration-thickness: 1.5px; text-underline-offset: .2em; border-radius: 2px; padding: .1em 0;
  scroll-margin: 3rem 0 12rem; }
.stancekit.read sup { font: bold .65em system-ui, sans-serif; margin-left: .15em; }
.stancekit.read .heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; user-select: none; }
.stancekit.read .who { border-bottom: 1px solid currentColor; }
.stancekit.read .note { display: none; position: absolute; left: 0; top: 100%; z-index: 2; width: max-content;
  max-width: 22rem; padding: .5rem .7rem; border: 1px solid GrayText; border-radius: 4px; overflow-wrap: anywhere;
  background: var(--jp-layout-color1, Canvas); color: var(--jp-content-font-color1, CanvasText); }
.stancekit.read mark:is(:hover, :focus, :target) > .note { display: block; }
.stancekit.read :is(mark, a):focus-visible, .stancekit.read mark:target { outline: 2px solid currentColor;
  outline-offset: 2px; }
.stancekit.read .legend { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; list-style: none; padding: 0;
  margin: 0 0 .5rem; }
.stancekit.read aside h2 { font-size: 1rem; margin: 0 0 .5rem; }
.stancekit.read aside h3 { font-size: .9rem; margin: 1rem 0 .1rem; overflow-wrap: anywhere; }
.stancekit.read aside ul { list-style: none; padding: 0; margin: .3rem 0; }
.stancekit.read aside li { margin: .35rem 0; overflow-wrap: anywhere; }
.stancekit.read aside a { color: inherit; text-decoration: none; }
.stancekit.read aside a:is(:hover, :focus) { text-decoration: underline; }
.stancekit.read .role { margin: 0; opacity: .8; }
@media (max-width: 67rem) { .stancekit.read { grid-template-columns: minmax(0, 42rem); padding: 1rem; }
  .stancekit.read .note { position: fixed; left: 1rem; right: 1rem; top: auto; bottom: 1rem; width: auto;
  max-width: none; } }
@media print { .stancekit.read { display: block; } .stancekit.read mark { -webkit-print-color-adjust: exact;
  print-color-adjust: exact; } .stancekit.read .note { display: none !important; } }
"""
)
