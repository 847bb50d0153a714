"""An evaluation as one HTML page: no network, no script, every string escaped.

In the order in which a reader should learn it: what makes the scores untrustworthy, what may be concluded, the scores
beside baselines, figures, where it is weaker, the errors to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from stancekit.errors import MissingExtraError
from stancekit.render.drawing import Drawing, inline_svg
from stancekit.render.evaluation_figures import evaluation_drawings
from stancekit.render.style import STANCES, document

if TYPE_CHECKING:
    from stancekit.evaluation import BehaviourReport, Comparison, Evaluation, Mistake, Mistakes, Slice, TaskEvaluation

_METRICS = {
    "macro_f1": ("macro-F1", "F1 averaged over the labels; 1 is perfect"),
    "f_average": ("F-average", "F1 averaged over the labels that take a side"),
    "accuracy": ("accuracy", "share of right labels"),
    "matthews": ("Matthews", "correlation of labels and predictions; 0 is chance"),
    "kappa": ("Cohen’s kappa", "agreement beyond chance"),
    "log_loss": ("log loss", "less is better"),
    "brier": ("Brier score", "less is better; 0 to 2"),
    "ece": ("calibration error", "of the top label; less is better; its interval lies too high"),
    "ece_classwise": ("calibration error by label", "less is better; its interval lies too high"),
    "aurc": ("area under risk–coverage", "less is better"),
}
_SHOWN = (0.5, 0.7, 0.8, 0.9, 1.0)  # coverages in the table of thresholds
_DUPLICATES = 10
_FAILED = 2  # cases of each behaviour test


def evaluation_page(evaluation: Evaluation) -> str:
    """The evaluation as a whole HTML document, with figures.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    return document(_title(evaluation), _body(evaluation, evaluation_drawings(evaluation)), _STYLE)


def evaluation_fragment(evaluation: Evaluation) -> str:
    """The same for a notebook cell; without matplotlib it says how to get the figures."""
    try:
        return f"<style>{_STYLE}</style>\n{_body(evaluation, evaluation_drawings(evaluation))}"
    except MissingExtraError as error:
        return f"<style>{_STYLE}</style>\n<p>{_e(error)}</p>{_body(evaluation, {})}"


def _title(evaluation: Evaluation) -> str:
    return f"{evaluation.model} on {evaluation.data}"


def _body(evaluation: Evaluation, drawings: Mapping[str, Sequence[Drawing]]) -> str:
    parts = [f"<h1>{_e(_title(evaluation))}</h1>", *_duplicates(evaluation), _headline(evaluation)]
    for name, task in evaluation.tasks.items():
        parts += [f"<h2>{_e(name.capitalize())}</h2>", *_task(evaluation, name, task, drawings.get(name, ()))]
        if name == "stance":
            parts += [*_slices(evaluation.slices, drawings.get("slices", ())), *_against(evaluation.against)]
    parts += [*_behaviour(evaluation.behaviour), *_mistakes(evaluation.mistakes), _method(evaluation)]
    return '<main class="stancekit evaluation">\n' + "\n".join(parts) + "\n</main>"


def _duplicates(evaluation: Evaluation) -> Iterator[str]:
    found = evaluation.near_duplicates
    if not found:
        return
    pairs = "".join(
        f"<li>{_e(pair.id)} and {_e(pair.training_id)} ({pair.similarity:.2f})</li>" for pair in found[:_DUPLICATES]
    )
    more = f"<li>and {len(found) - _DUPLICATES} more</li>" if len(found) > _DUPLICATES else ""
    yield (
        f'<section class="warning" aria-label="Warning"><p><strong>Warning: {len(found)} of the evaluated sentences '
        "are nearly the same as a training sentence.</strong> They make every score below too good. Evaluated and "
        f"training sentence, with their similarity:</p><ul>{pairs}{more}</ul></section>"
    )


def _headline(evaluation: Evaluation) -> str:
    primary = evaluation.primary
    return (
        f'<section class="headline" aria-label="Result"><p class="figure"><b>{primary.value:.3f}</b> macro-F1, '
        f"95 % interval {primary.low:.3f} to {primary.high:.3f}</p>\n<p>{_e(evaluation.conclusion)}</p></section>"
    )


def _task(evaluation: Evaluation, name: str, task: TaskEvaluation, drawings: Sequence[Drawing]) -> Iterator[str]:
    beside = {baseline: tasks[name] for baseline, tasks in evaluation.baselines.items() if name in tasks}
    yield _table(
        f"{task.rows} sentences in {task.clusters} groups",
        ["", "model", *beside],
        [
            [(title, note), task.metrics[key], *(metrics.get(key, "") for metrics in beside.values())]
            for key, (title, note) in _METRICS.items()
            if key in task.metrics
        ],
    )
    yield _figures(drawings)
    yield f'<div class="tables">{"".join(_details(task))}</div>'


def _details(task: TaskEvaluation) -> Iterator[str]:
    yield _table(
        "By label",
        ["", "precision", "recall", "F1"],
        [[label, *(found[key] for key in ("precision", "recall", "f1"))] for label, found in task.per_label.items()],
    )
    points = [next(p for p in task.risk_coverage if p.coverage >= share - 1e-9) for share in _SHOWN]
    yield _table(
        "What is left, and wrong, when less sure sentences are called unsure",
        ["confidence from", "sentences kept", "wrong among these"],
        [[f"{p.threshold:.3f}", f"{p.coverage:.1%}", f"{p.risk:.1%}"] for p in points],
    )
    if task.conformal:
        yield _table(
            "Conformal sets: how often they hold the true label",
            ["promised", "held", "labels in a set"],
            [
                [f"{float(p):.0%}", found["coverage"], f"{found['size'].value:.2f}"]
                for p, found in task.conformal.items()
            ],
        )
    if task.soft:
        soft = task.soft
        yield _table(
            f"Against the shares of several annotators, {soft.rows} sentences",
            ["", "model", "at best"],
            [
                [("cross-entropy", "in nats; less is better"), soft.cross_entropy, f"{soft.entropy.value:.3f}"],
                [("Jensen–Shannon divergence", "in bits, 0 to 1; less is better"), soft.jensen_shannon, "0"],
            ],
        )


def _slices(slices: Mapping[str, Sequence[Slice]], drawings: Sequence[Drawing]) -> Iterator[str]:
    if not slices:
        return
    yield "<h3>By slice</h3>"
    yield _figures(drawings)
    for column, made in slices.items():
        rows = [
            [one.value, str(one.rows), one.accuracy, f"{one.macro_f1.value:.3f}", f"{one.difference:+.3f}", _p(one)]
            for one in made
        ]
        table = _table(
            f"By {column}", ["", "sentences", "accuracy", "macro-F1", "against the rest", "p after Holm"], rows
        )
        yield (
            table
            if len(rows) <= 12
            else f"<details><summary>By {_e(column)}: {len(rows)} values</summary>{table}</details>"
        )


def _p(one: Slice) -> str:
    return "too small" if one.small else "" if one.p_holm is None else _p_text(one.p_holm)


def _p_text(p: float) -> str:
    return "<.0001" if p < 0.0001 else f"{p:.4f}"


def _against(comparison: Comparison | None) -> Iterator[str]:
    if comparison is None:
        return
    yield f"<h3>Against {_e(comparison.model)}</h3>"
    for name, task in comparison.tasks.items():
        yield f'<p class="verdict">{_e(name.capitalize())}: {_e(task.verdict)}</p>'
        yield _table(
            f"{name.capitalize()}: paired comparison on the same sentences",
            ["", "model", "other", "difference", "p", "p after Holm"],
            [
                [_METRICS[key][0], f"{d.first:.3f}", f"{d.second:.3f}", d.difference, _p_text(d.p), _p_text(d.p_holm)]
                for key, d in task.differences.items()
            ],
        )
        yield (
            f"<p>Right in one alone: {task.only_first} and {task.only_second} sentences "
            f"(McNemar’s test, which takes sentences for independent: p {_e(_p_text(task.mcnemar))}).</p>"
        )


def _behaviour(report: BehaviourReport | None) -> Iterator[str]:
    if report is None:
        return
    yield "<h2>Behaviour</h2>"
    yield (
        f"<p>{_e(report.summary())}. MFT: what it must get right; INV: what must not move it; DIR: what must move it, "
        "and which way (CheckList, Ribeiro et al. 2020).</p>"
    )
    table = _table(
        f"The behaviour suite of {report.frame}",
        ["test", "capability", "kind", "cases", "pass"],
        [[r.name, r.capability, r.kind, str(r.cases), f"{r.pass_rate:.0%}"] for r in report.results],
    )
    yield f"<details><summary>All {len(report.results)} tests</summary>{table}</details>"
    failed = [
        f"<li><q>{_e(failure.text)}</q> <small>{_e(r.name)}: expected {_e(failure.expected)}, got {_e(failure.got)}"
        "</small></li>"
        for r in report.results
        for failure in r.failures[:_FAILED]
    ]
    if failed:
        yield f'<details><summary>Some of what fails</summary><ul class="texts">{"".join(failed)}</ul></details>'


def _mistakes(mistakes: Mistakes | None) -> Iterator[str]:
    if mistakes is None:
        return
    yield f"<h2>Errors to read</h2>\n<p>{mistakes.wrong} sentences got another stance than their label.</p>"
    if mistakes.candidates is None:
        yield "<p>Labels that may be wrong were not searched: pip install 'stancekit[report]'</p>"
    elif mistakes.candidates:
        yield (
            f"<h3>Labels that may be wrong</h3>\n<p>Confident learning (cleanlab) doubts {mistakes.candidates} labels. "
            "Read these first: where the label is at fault, the score is too low.</p>"
        )
        yield _texts(mistakes.doubtful)
    if mistakes.surest:
        yield "<h3>Sure and wrong</h3>\n" + _texts(mistakes.surest)


def _texts(mistakes: Iterable[Mistake]) -> str:
    items = "".join(
        f"<li><q>{_e(m.text)}</q>"
        + (f'<small class="context">In its quote: {_e(m.context)}</small>' if m.context else "")
        + f"<small>Labelled <b>{_e(m.label)}</b> ({m.label_probability:.2f}), given <b>{_e(m.given)}</b> "
        f"({m.confidence:.2f}); {_e(m.id)}</small></li>"
        for m in mistakes
    )
    return f'<ol class="texts">{items}</ol>'


def _method(evaluation: Evaluation) -> str:
    seen = (
        f"Each evaluated sentence was compared with {evaluation.training_rows} training sentences; "
        f"{len(evaluation.near_duplicates) or 'none'} are nearly the same as one."
        if evaluation.training_rows
        else "There were no training sentences at hand, so near-duplicates were not searched."
    )
    return (
        "<h2>How it was measured</h2>\n<p>Intervals are 95 %, from a bootstrap over groups: sentences of one article, "
        "speaker or scenario are alike and are drawn together. Chance can only add to a calibration error, so its "
        f"interval lies too high. {seen} Baselines: majority is the most frequent label; keywords counts words that "
        "are typical of a label in the training sentences (weighted log-odds, Monroe et al. 2008); tfidf is logistic "
        "regression over TF-IDF of words and word pairs.</p>"
    )


def _figures(drawings: Sequence[Drawing]) -> str:
    made = "".join(
        f"<figure>{inline_svg(drawing)}<figcaption>{_e(drawing.title)}</figcaption></figure>" for drawing in drawings
    )
    return f'<div class="figures">{made}</div>' if made else ""


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table that scrolls by itself where it is wider than the page; the first cell of a row is its heading."""
    columns = "".join(f'<th scope="col">{_e(name)}</th>' if name else "<td></td>" for name in head)
    body = "\n".join(
        f'<tr><th scope="row">{_cell(row[0])}</th>' + "".join(f"<td>{_cell(value)}</td>" for value in row[1:]) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{_e(caption)}"><table><caption>{_e(caption)}'
        f"</caption>\n<thead><tr>{columns}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _cell(value: Any) -> str:
    """A text; a text with a note; or an estimate with its interval."""
    if isinstance(value, str):
        return _e(value)
    if isinstance(value, tuple):
        return f"{_e(value[0])}<small>{_e(value[1])}</small>"
    return f"{value.value:.3f}<small>{value.low:.3f} to {value.high:.3f}</small>"


def _e(value: object) -> str:
    """Escaped, and without lone surrogates, which no file in UTF-8 can hold."""
    return escape(str(value).encode("utf-8", "replace").decode())


_STYLE = (
    STANCES
    + """
.stancekit.evaluation { --blue: hsl(212 75% var(--l)); --line: GrayText;
  max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem;
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
.stancekit.evaluation h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 1rem; }
.stancekit.evaluation h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; padding-top: .7rem;
  border-top: 1px solid var(--line); }
.stancekit.evaluation h3 { font-size: 1rem; margin: 2rem 0 .5rem; }
.stancekit.evaluation p { max-width: 44rem; }
.stancekit.evaluation .headline .figure { font-size: 1.05rem; margin: 0; }
.stancekit.evaluation .headline b { font-size: 2.6rem; line-height: 1.1; margin-right: .2em; }
.stancekit.evaluation .warning { border: 3px solid #c62828; padding: .2rem 1rem; margin: 0 0 1.5rem; }
.stancekit.evaluation .verdict { border-left: 4px solid var(--blue); padding-left: .8rem; }
.stancekit.evaluation .scroll { overflow-x: auto; margin: 1.2rem 0; max-width: 100%; width: fit-content; }
.stancekit.evaluation table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.stancekit.evaluation caption { text-align: left; font-weight: 600; padding-bottom: .3rem; overflow-wrap: normal; }
.stancekit.evaluation th, .stancekit.evaluation td { text-align: right; vertical-align: top; font-weight: normal;
  padding: .3rem .6rem; border-top: 1px solid color-mix(in srgb, var(--line) 45%, transparent);
  overflow-wrap: normal; }
.stancekit.evaluation thead th, .stancekit.evaluation thead td { border-top: 0; font-size: .85rem; }
.stancekit.evaluation thead th:first-child { text-align: left; padding-left: 0; }
.stancekit.evaluation .tables { display: flex; flex-wrap: wrap; column-gap: 3rem; align-items: flex-start; }
.stancekit.evaluation tbody th { text-align: left; min-width: 6rem; max-width: 16rem; padding-left: 0;
  overflow-wrap: anywhere; }
.stancekit.evaluation td small, .stancekit.evaluation th small { display: block; font-size: .75rem; }
.stancekit.evaluation td small { white-space: nowrap; }
.stancekit.evaluation .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
  gap: 1rem 2rem; margin: 1.5rem 0; }
.stancekit.evaluation figure { margin: 0; max-width: 32rem; break-inside: avoid; }
.stancekit.evaluation figcaption { font-size: .85rem; }
.stancekit.evaluation svg { width: 100%; height: auto; display: block; }
.stancekit.evaluation svg * { stroke-linejoin: round; stroke-linecap: butt; }
.stancekit.evaluation .texts { padding-left: 1.6rem; max-width: 44rem; }
.stancekit.evaluation .texts li { margin: .7rem 0; break-inside: avoid; }
.stancekit.evaluation .texts small { display: block; }
.stancekit.evaluation summary { cursor: pointer; padding: .4rem 0; }
.stancekit.evaluation :focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
@media print { :root { color-scheme: light; } .stancekit.evaluation { --l: 42%;
  max-width: none; padding: 0; font-size: .85rem; } .stancekit.evaluation .scroll { overflow: visible; }
  .stancekit.evaluation tr { break-inside: avoid; }
  .stancekit.evaluation svg { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
"""
)
