"""A read article as one HTML page: no network, no script, every string escaped.

Stance is shown three ways at once (tint, underline and a letter), so that it survives print in grey and every kind
of colour vision; the strength of the tint is the model's confidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from stancekit.records import UNSURE, Article, Quote, Sentence

# hue and underline by place of the label; the frame's neither label is always grey and dotted
_HUES = ("212", "24", "280", "150", "330", "60")
_LINES = ("solid", "double", "dashed", "wavy", "solid", "double")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the article that is marked: part of a quoted sentence, or a speaker's mention."""

    start: int
    end: int
    open: str
    close: str


def article_page(article: Article) -> str:
    """The article as a whole HTML document."""
    title = escape(next((line.strip() for line in article.text.splitlines() if line.strip()), "Article")[:120])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{_body(article)}\n</body>\n</html>\n"
    )


def article_fragment(article: Article) -> str:
    """The same for a notebook cell: styled, without the document around it."""
    return f"<style>{_STYLE}</style>\n{_body(article)}"


def _body(article: Article) -> str:
    pieces = _pieces(article)
    paragraphs = "\n".join(
        f"<p>{_marked(article.text, start, end, pieces)}</p>" for start, end in _paragraphs(article.text)
    )
    return (
        f'<div class="stancekit">\n<main>\n{_legend(article)}\n<article>\n{paragraphs}\n</article>\n</main>\n'
        f'<aside aria-label="Speakers">\n{_speakers(article)}\n</aside>\n</div>'
    )


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if bare:
            begin = start + line.index(bare)
            yield begin, begin + len(bare)
        start += len(line)


def _pieces(article: Article) -> list[_Piece]:
    pieces: list[_Piece] = []
    number = 0
    for quote in article.quotes:
        for sentence in quote.sentences:
            number += 1
            pieces += _sentence_pieces(quote, sentence, number, article.labels)
    for quote in article.quotes:
        speaker = quote.speaker
        if speaker and speaker.end > speaker.start:
            pieces.append(_Piece(speaker.start, speaker.end, '<span class="who">', "</span>"))
    kept: list[_Piece] = []
    for piece in sorted(pieces, key=lambda p: (p.start, -p.end)):
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept


def _sentence_pieces(quote: Quote, sentence: Sentence, number: int, labels: Sequence[str]) -> Iterator[_Piece]:
    p = sentence.prediction
    if p is None:
        return
    alpha = round(0.12 + 0.33 * p.confidence, 2)
    scores = ", ".join(f"{label} {value:.0%}" for label, value in p.stance_scores.items())
    tones = ", ".join(f"{label} {value:.0%}" for label, value in (p.sentiment_scores or {}).items())
    note = f"<b>{escape(p.stance)}</b> {escape(scores)}"
    if tones:
        note += f"<br><b>{escape(p.sentiment or '')}</b> {escape(tones)}"
    if quote.speaker:
        note += f"<br>{escape(quote.speaker.name)}"
        note += f": {escape(quote.speaker.reason)}" if quote.speaker.reason else ""
    else:
        note += "<br>no speaker found"
    opening = (
        f'<mark class="{_kind(p.stance, labels, quote.neither)}" style="--a:{alpha}" tabindex="0" '
        f'aria-describedby="s{number}">'
    )
    spans = [(max(f.start, sentence.start), min(f.end, sentence.end)) for f in quote.fragments]
    spans = [(start, end) for start, end in spans if start < end]
    for place, (start, end) in enumerate(spans):
        if place < len(spans) - 1:
            # the first part of an interrupted sentence is tinted; letter and note come with the last
            yield _Piece(
                start,
                end,
                f'<mark class="{_kind(p.stance, labels, quote.neither)}" style="--a:{alpha}">',
                "</mark>",
            )
        else:
            letter = escape(p.stance[:1].upper())
            yield _Piece(
                start,
                end,
                opening,
                f'<sup aria-hidden="true">{letter}</sup>'
                f'<span class="note" role="tooltip" id="s{number}">{note}</span></mark>',
            )


def _kind(label: str, labels: Sequence[str], neither: str | None) -> str:
    sides = [name for name in labels if name != neither]
    return "side" + str(sides.index(label) % len(_HUES)) if label in sides else "neither"


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
    items = "".join(
        f'<li><mark class="{_kind(label, article.labels, neither)}" style="--a:.4">{escape(label)}'
        f"<sup>{escape(label[:1].upper())}</sup></mark></li>"
        for label in (*article.labels, *([UNSURE] if unsure else []))
    )
    count = sum(len(quote.sentences) for quote in article.quotes)
    return (
        f'<header><ul class="legend" aria-label="Legend">{items}</ul>'
        f"<p>{count} quoted sentence{'s' if count != 1 else ''}, labelled by the model {escape(article.model)}; "
        "the stronger the tint, the surer it is. Point at a sentence, or tab to it, for its scores.</p></header>"
    )


def _speakers(article: Article) -> str:
    by_name: dict[str, list[tuple[Quote, Sentence]]] = {}
    for quote in article.quotes:
        for sentence in quote.sentences:
            by_name.setdefault(quote.speaker.name if quote.speaker else "(no speaker found)", []).append(
                (quote, sentence)
            )
    out = ["<h2>Speakers</h2>"]
    for name, said in by_name.items():
        role = next((q.speaker.role for q, _ in said if q.speaker and q.speaker.role), None)
        out.append(
            f"<section><h3>{escape(name)}</h3>" + (f'<p class="role">{escape(role)}</p>' if role else "") + "<ul>"
        )
        for quote, sentence in said:
            p = sentence.prediction
            label = f"{p.stance} {p.confidence:.0%}" if p else ""
            kind = _kind(p.stance, article.labels, quote.neither) if p else "neither"
            out.append(f'<li><span class="tag {kind}">{escape(label)}</span> {escape(sentence.text)}</li>')
        out.append("</ul></section>")
    return "\n".join(out)


_SIDES = "\n".join(
    f".stancekit .side{i} {{ --h: {hue}; --s: 75%; text-decoration-style: {line}; }}"
    for i, (hue, line) in enumerate(zip(_HUES, _LINES, strict=True))
)
_STYLE = f"""
:root {{ color-scheme: light dark; }}
body {{ margin: 0; background: Canvas; color: CanvasText; }}
.stancekit {{ --l: 45%; display: grid; grid-template-columns: minmax(0, 42rem) minmax(0, 20rem); gap: 2.5rem;
  justify-content: center; padding: 2rem 1rem; font: 1.06rem/1.65 Georgia, 'Times New Roman', serif; }}
.stancekit aside, .stancekit header, .stancekit .note {{ font: .85rem/1.5 system-ui, sans-serif; }}
.stancekit p {{ margin: 0 0 1em; overflow-wrap: anywhere; }}
.stancekit article p:first-child {{ font-weight: bold; }}
.stancekit mark {{ color: inherit; background: hsl(var(--h) var(--s) var(--l) / var(--a)); position: relative;
  text-decoration: underline; text-decoration-color: hsl(var(--h) var(--s) var(--l)); text-decoration-thickness: 1.5px;
  text-underline-offset: .2em; border-radius: 2px; padding: .1em 0; }}
{_SIDES}
.stancekit .neither {{ --h: 0; --s: 0%; text-decoration-style: dotted; }}
.stancekit sup {{ font: bold .65em system-ui, sans-serif; margin-left: .15em; }}
.stancekit .who {{ border-bottom: 1px solid currentColor; }}
.stancekit .note {{ display: none; position: absolute; left: 0; top: 100%; z-index: 2; width: max-content;
  max-width: min(22rem, 80vw); padding: .5rem .7rem; border: 1px solid GrayText; border-radius: 4px;
  background: Canvas; color: CanvasText; }}
.stancekit mark:hover > .note, .stancekit mark:focus > .note {{ display: block; }}
.stancekit mark:focus-visible {{ outline: 2px solid currentColor; outline-offset: 2px; }}
.stancekit .legend {{ display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; list-style: none; padding: 0;
  margin: 0 0 .5rem; }}
.stancekit aside h2 {{ font-size: 1rem; margin: 0 0 .5rem; }}
.stancekit aside h3 {{ font-size: .9rem; margin: 1rem 0 .1rem; overflow-wrap: anywhere; }}
.stancekit aside ul {{ list-style: none; padding: 0; margin: .3rem 0; }}
.stancekit aside li {{ margin: .35rem 0; overflow-wrap: anywhere; }}
.stancekit .role {{ margin: 0; opacity: .8; }}
.stancekit .tag {{ border-left: 4px solid hsl(var(--h) var(--s) var(--l)); padding-left: .4rem; font-weight: 600; }}
@media (prefers-color-scheme: dark) {{ .stancekit {{ --l: 60%; }} }}
@media (max-width: 60rem) {{ .stancekit {{ grid-template-columns: minmax(0, 42rem); padding: 1rem; }} }}
@media print {{ .stancekit {{ display: block; }} .stancekit mark {{ -webkit-print-color-adjust: exact;
  print-color-adjust: exact; }} }}
"""
