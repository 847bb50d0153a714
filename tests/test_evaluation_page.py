"""The evaluation page and its figures: complete, escaped, self-contained, readable on any screen."""

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from browser import WIDTHS, OpenPage, contrast_failures, overflow, unnamed_figures
from stancekit import DataError, LabelledQuote, MissingExtraError
from stancekit.cli import cli
from stancekit.evaluation import (
    BehaviourReport,
    Comparison,
    Evaluation,
    NearDuplicate,
    compare_task,
    evaluate_rows,
    find_mistakes,
    slice_task,
)
from stancekit.evaluation.behaviour import BehaviourFailure, BehaviourResult
from test_render import HOSTILE, Page

LABELS = ("for", "against", "neither")


def evaluation(
    name: str = "tiny", word: str = "bread", labels: tuple[str, ...] = LABELS, rows: int = 240
) -> Evaluation:
    """Everything a page can show; ``word`` is in every text that comes from outside."""
    rng = np.random.default_rng(0)
    true = rng.integers(0, 3, rows)

    def answers(share: float) -> np.ndarray:
        made = rng.dirichlet((9, 1, 1), rows)
        place = np.where(rng.random(rows) < share, true, (true + 1) % 3)
        return np.stack([np.roll(row, shift) for row, shift in zip(made, place, strict=True)])

    model, other = answers(0.85), answers(0.7)
    quotes = [
        LabelledQuote(
            f"{word}{i}", f"we said {word}", labels[t], context=word, group=f"g{i // 4}",
            probs={labels[t]: 0.7, labels[(t + 1) % 3]: 0.3},
        )
        for i, t in enumerate(true)
    ]  # fmt: skip
    names, clusters = [quote.stance for quote in quotes], [quote.group for quote in quotes]
    result = evaluate_rows(
        quotes, {"stance": model}, {"stance": labels}, model=name, data=word, quantiles={"stance": {"0.9": 0.4}}
    )
    failure = BehaviourFailure(word, None, word, word)
    compared = compare_task(names, model, other, labels, clusters, names=(name, word), resamples=50, permutations=50)
    columns = {word: [f"{word}{i % 3}" for i in range(rows)], "few": ["x"] * 9 + ["y"] * (rows - 9)}
    return replace(
        result,
        training_rows=9,
        near_duplicates=(NearDuplicate(word, word, 0.97),),
        baselines={"majority": {"stance": result.tasks["stance"].metrics}},
        slices=slice_task(names, model, labels, clusters, columns, resamples=50),
        against=Comparison(word, {"stance": compared}),
        mistakes=find_mistakes(quotes, names, model, labels),
        behaviour=BehaviourReport(name, (BehaviourResult(word, word, "MFT", 2, (failure,)),)),
    )


@pytest.fixture(scope="module")
def result() -> Evaluation:
    return evaluation()


def test_the_page_says_in_order_what_spoils_the_scores_what_may_be_concluded_and_the_rest(result: Evaluation) -> None:
    text = Page(result.to_html()).text
    order = [
        "tiny on bread", "Warning: 1 of the evaluated sentences are nearly the same", result.conclusion,
        "240 sentences in", "Confusion matrix", "Reliability", "Risk and coverage", "By label", "Conformal sets",
        "several annotators", "By slice", "Against bread", result.against.tasks["stance"].verdict, "Behaviour",
        "Errors to read", "Sure and wrong", "How it was measured",
    ]  # fmt: skip
    places = [text.index(piece) for piece in order]
    assert places == sorted(places)


def test_numbers_on_the_page_are_those_of_the_evaluation(result: Evaluation) -> None:
    text = Page(result.to_html()).text
    primary = result.primary
    assert f"{primary.value:.3f} macro-F1, 95 % interval {primary.low:.3f} to {primary.high:.3f}" in text
    for counts in result.tasks["stance"].confusion:
        for count in counts:
            assert f"{count}" in text


def test_the_page_needs_no_network_and_no_script(result: Evaluation) -> None:
    page = Page(result.to_html())
    assert not {"script", "link", "img", "iframe", "image"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in ("src", "srcset")
            assert "href" not in name or (value or "").startswith("#")
            assert "url(" not in (value or "").replace("url(#", "")


@cache
def plain_tags() -> set[str]:
    return {tag for tag, _ in Page(evaluation("a", "b").to_html()).tags}


@settings(max_examples=15, deadline=None)
@given(HOSTILE, HOSTILE)
def test_nothing_from_outside_becomes_markup_or_leaves_the_page_unwritable(word: str, label: str) -> None:
    made = evaluation("a", word, (label + "1", label + "2", "neither"), rows=60).to_html()
    assert {tag for tag, _ in Page(made).tags} <= plain_tags()
    made.encode("utf-8")


def test_a_label_that_looks_like_an_id_or_a_formula_stays_as_it_is() -> None:
    text = Page(evaluation("a", "b", ('id="x', "$\\frac{1}", "#1b1c1d"), rows=60).to_html()).text
    for label in ('id="x', "$\\frac{1}", "#1b1c1d"):
        assert text.count(label) > 3


def test_ids_on_the_page_are_unique(result: Evaluation) -> None:
    ids = [attributes["id"] for _, attributes in Page(result.to_html()).tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_same_evaluation_gives_the_same_page(result: Evaluation) -> None:
    assert result.to_html() == result.to_html()


def test_without_matplotlib_the_error_says_what_to_install(
    result: Evaluation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for call in (result.to_html, lambda: result.save_figures(tmp_path / "figures")):
        with pytest.raises(MissingExtraError, match=r"pip install 'stancekit\[report\]'"):
            call()
    assert not (tmp_path / "figures").exists()
    shown = result._repr_html_()  # a notebook shows the rest
    assert "pip install" in shown
    assert "<svg" not in shown


def test_an_evaluation_shows_itself_in_a_notebook(result: Evaluation) -> None:
    assert "<svg" in result._repr_html_()
    assert "<html" not in result._repr_html_()


def test_figures_are_saved_as_png_and_svg(result: Evaluation, tmp_path: Path) -> None:
    paths = result.save_figures(tmp_path / "deep" / "figures")
    names = ["stance-confusion", "stance-reliability", "stance-risk-coverage", "slices"]
    assert [path.name for path in paths] == [f"{name}.{kind}" for name in names for kind in ("png", "svg")]
    for path in paths:
        assert path.read_bytes().startswith(b"\x89PNG" if path.suffix == ".png" else b"<?xml")
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="no folder can be made there"):
        result.save_figures(tmp_path / "file")


def test_the_command_writes_page_and_figures(model: Path, frame: Path, tmp_path: Path) -> None:
    from click.testing import CliRunner

    done = CliRunner().invoke(
        cli,
        [
            "evaluate",
            str(model),
            str(frame),
            "--slice",
            "length",
            "--html",
            f"{tmp_path}/r.html",
            "--figures",
            f"{tmp_path}/f",
        ],
    )
    assert done.exit_code == 0, done.output
    assert f"Page: {tmp_path}/r.html" in done.output
    assert "12 sentences in 3 groups" in Page((tmp_path / "r.html").read_text()).text
    assert len(list((tmp_path / "f").iterdir())) == 14


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("word", ["bread", "x" * 300, "日本語 <b>"])
def test_a_browser_shows_it_on_any_screen(open_page: OpenPage, width: int, dark: bool, word: str) -> None:
    page = open_page(evaluation(word=word).to_html(), width, dark)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert overflow(page) == []
    assert contrast_failures(page) == []
    assert unnamed_figures(page) == []
    assert page.locator("svg").count() == 4


def test_tables_that_are_wider_than_a_phone_can_be_scrolled_by_keyboard(open_page: OpenPage) -> None:
    page = open_page(evaluation().to_html(), 360)
    wide = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)"
    assert page.evaluate(f"{wide}.length") > 0
    assert page.evaluate(f"{wide}.every(e => e.tabIndex === 0 && e.getAttribute('aria-label'))")


def test_letters_in_figures_are_no_smaller_than_eight_pixels_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(evaluation().to_html(), 360)
    sizes = page.evaluate(
        "[...document.querySelectorAll('svg text')].map(t => [getComputedStyle(t).fontSize, t.getScreenCTM()])"
        ".map(([size, matrix]) => parseFloat(size) * Math.hypot(matrix.c, matrix.d))"
    )
    assert min(sizes) >= 8
