"""What a corpus report says in words, the same on a page and in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

SHOWN = 12  # speakers who changed

if TYPE_CHECKING:
    from stancekit.corpus.changes import Change, Half
    from stancekit.corpus.report import CorpusReport, Cut


def caution(report: CorpusReport) -> str:
    """How far the shares are to be trusted, and what to do where they are not."""
    group = report.overall
    if group is None:
        return ""
    ways = " or ".join(f"about {rows:,} for ± {100 * float(width):g} points" for width, rows in report.to_label.items())
    if report.sample is None:
        plan = (
            f"Label sentences drawn at random by hand, {ways}, and give them as the sample."
            if ways
            else "Label all of them by hand: there are too few for a sample."
        )
        return (
            "These are raw counts of the model's labels. They are biased, by how much nobody can tell from them, and a "
            f"larger corpus does not mend that; do not publish them as shares. {plan} Each group that is to have an "
            "interval of its own needs as many."
        )
    more = f" An interval of a group takes hand labels in it: {ways}." if ways else ""
    return (
        f"Corrected by {count(group.labelled, 'sentence')} labelled by hand, from {count(group.clusters, 'article')}. "
        "The 95 % intervals hold however biased the model is, if those sentences were drawn at random and the model "
        f"did not learn from them.{more}"
    )


def changes_caution(report: CorpusReport) -> str:
    """What the comparison of speakers can and cannot say."""
    changes = report.changes
    needs = f"{changes.sentences} sentences in {changes.articles} articles in each half of the corpus"
    number = len(changes.speakers)
    if not number:
        return f"Nobody can be compared: that takes dates, and a named speaker with {needs}."
    shown = f" (the {SHOWN} clearest are shown)" if number > SHOWN else ""
    return (
        f"Compared are the {count(number, 'speaker')} most quoted with {needs}{shown}. Counts are the model's own, "
        "also where shares above are corrected: it may err more on what came up later. A change is called more than "
        "chance where articles dealt to the halves at random differ as much in under 5 % of cases, all "
        f"{number} comparisons taken together. People of one name are counted as one."
    )


def how_changed(change: Change) -> tuple[str, str, str]:
    """The two halves, and what may be said of their difference."""

    def half(of: Half) -> str:
        share = of.counts[change.stance] / of.sentences
        return f"{of.counts[change.stance]} of {of.sentences} {change.stance} ({share:.0%})"

    verdict = "more than chance" if change.p < 0.05 else "could be chance"
    return half(change.before), half(change.after), f"{100 * change.moved:+.0f} points: {verdict} (p = {change.p:.2g})"


def provenance(report: CorpusReport) -> list[tuple[str, str]]:
    """What a reader needs to make the numbers again."""
    return [
        ("Labels", f"{report.labels}, from {count(report.files, 'file')}"),
        ("Model", f"{report.model}, sha256 {report.model_sha256}"),
        ("Labelled", f"{report.started} to {report.finished}, by stancekit {report.version}"),
        ("Hand-labelled sample", report.sample or "none"),
        ("What counts once", f"a quoted sentence; {report.no_speaker:,} of {report.sentences:,} have no speaker"),
        (
            "Method",
            "prediction-powered inference (PPI++), sentences of one article taken as alike: stancekit.prevalence"
            if report.sample
            else "counts of the model's labels",
        ),
    ]


def title_of(cut: Cut) -> str:
    """What a cut is called."""
    return cut.column.rpartition(":")[2] if cut.numbers else cut.column


def day(date: str | None) -> str | None:
    """A date without its time."""
    return date[:10] if date else None


def count(number: int, what: str) -> str:
    """ "1 article", "2 articles"."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def percent(value: float | None) -> str:
    """A share in %, or a dash."""
    return "—" if value is None else f"{100 * value:.1f}\xa0%"


def interval(low: float | None, high: float | None) -> str:
    """An interval in %, or a dash."""
    return "—" if low is None or high is None else f"{100 * low:.1f}–{100 * high:.1f}"
