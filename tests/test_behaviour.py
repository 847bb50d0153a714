"""The behaviour suite: reading its file, changing sentences, judging a model, the us-china file itself."""

import json
from pathlib import Path

import numpy as np
import pytest

from conftest import TINY_FRAME
from stancekit import DataError, FrameError
from stancekit.data import near_duplicates, read_quotes
from stancekit.evaluation import BehaviourReport, run_behaviour
from stancekit.evaluation.behaviour import read_behaviour
from stancekit.evaluation.perturb import PERTURBATIONS
from stancekit.frames import load_frame
from stancekit.records import LabelledQuote

MFT = """
[[tests]]
name = "plain"
capability = "plain"
kind = "MFT"
cases.for = '''
we {welcome|praise} the tax
'''
cases.neither = '''
the {hall|road} is shut
'''
"""
INV = """
[[tests]]
name = "comma"
capability = "typing"
kind = "INV"
change = "trailing_comma"
within = 0.2
lines = '''
we praise it.
we oppose it.
'''
"""
DIR = """
[[tests]]
name = "objection"
capability = "concession"
kind = "DIR"
up = "against"
by = 0.1
pairs = '''
we praise the {tax|levy} => we oppose the {tax|levy}
'''
"""


def frame_with(folder: Path, behaviour: str) -> Path:
    """A frame folder with this behaviour file; its labels are for, against, neither."""
    (folder / "frame.toml").write_text(TINY_FRAME)
    (folder / "behaviour.toml").write_text(behaviour)
    return folder


def by_words(texts: list[str]) -> np.ndarray:
    """A model that reads "praise" or "welcome" as for, "oppose" as against, all else as neither."""
    rows = {"praise": [0.8, 0.1, 0.1], "welcome": [0.8, 0.1, 0.1], "oppose": [0.1, 0.8, 0.1]}
    return np.array([next((row for word, row in rows.items() if word in text), [0.1, 0.1, 0.8]) for text in texts])


def run(folder: Path, behaviour: str, predict_proba: object = by_words) -> BehaviourReport:
    return run_behaviour(predict_proba, frame_with(folder, behaviour))  # type: ignore[arg-type]


def test_a_minimum_functionality_case_passes_with_its_label(tmp_path: Path) -> None:
    assert run(tmp_path, MFT).pass_rate == 1


def test_a_wrong_label_is_listed_with_what_was_expected_and_given(tmp_path: Path) -> None:
    report = run(tmp_path, MFT.replace("the {hall", "we oppose the {hall"))
    failure = report.results[0].failures[0]
    assert (failure.text, failure.expected, failure.got) == ("we oppose the hall is shut", "neither", "against 0.80")
    assert report.pass_rate == 0.5


def test_an_invariance_case_passes_when_label_and_probability_stay(tmp_path: Path) -> None:
    assert run(tmp_path, INV).pass_rate == 1


def test_an_invariance_case_fails_when_the_probability_moves_too_far(tmp_path: Path) -> None:
    def unsure_at_commas(texts: list[str]) -> np.ndarray:
        return np.array([[0.55, 0.3, 0.15] if text.endswith(",") else [0.8, 0.1, 0.1] for text in texts])

    assert run(tmp_path, INV, unsure_at_commas).pass_rate == 0
    assert run(tmp_path, INV.replace("0.2", "0.3"), unsure_at_commas).pass_rate == 1


def test_an_invariance_case_fails_when_the_label_changes(tmp_path: Path) -> None:
    def other_at_commas(texts: list[str]) -> np.ndarray:
        return np.array([[0.46, 0.47, 0.07] if text.endswith(",") else [0.48, 0.47, 0.05] for text in texts])

    assert run(tmp_path, INV, other_at_commas).pass_rate == 0


def test_a_directional_case_passes_when_the_probability_moves_enough(tmp_path: Path) -> None:
    assert run(tmp_path, DIR).pass_rate == 1
    assert run(tmp_path, DIR.replace('up = "against"', 'down = "for"')).pass_rate == 1


def test_a_directional_case_fails_when_the_probability_moves_the_other_way(tmp_path: Path) -> None:
    assert run(tmp_path, DIR.replace('up = "against"', 'down = "against"')).pass_rate == 0


def test_a_directional_case_passes_at_the_end_of_the_scale(tmp_path: Path) -> None:
    assert run(tmp_path, DIR, lambda texts: np.tile([0.03, 0.95, 0.02], (len(texts), 1))).pass_rate == 1
    assert run(tmp_path, DIR, lambda texts: np.tile([0.3, 0.5, 0.2], (len(texts), 1))).pass_rate == 0


def test_a_negative_by_is_a_tolerance(tmp_path: Path) -> None:
    def a_little_less(texts: list[str]) -> np.ndarray:
        return np.array([[0.4, 0.5, 0.1] if "oppose" in text else [0.35, 0.55, 0.1] for text in texts])

    assert run(tmp_path, DIR, a_little_less).pass_rate == 0
    assert run(tmp_path, DIR.replace("by = 0.1", "by = -0.1"), a_little_less).pass_rate == 1


def test_the_model_is_asked_once_and_for_no_text_twice(tmp_path: Path) -> None:
    calls: list[list[str]] = []

    def remembering(texts: list[str]) -> np.ndarray:
        calls.append(texts)
        return by_words(texts)

    run(tmp_path, MFT + INV + DIR, remembering)
    assert len(calls) == 1
    assert len(calls[0]) == len(set(calls[0]))


def test_probabilities_of_another_shape_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="one column a label"):
        run(tmp_path, MFT, lambda texts: np.ones((len(texts), 2)))


def test_braces_make_every_combination_and_read_alike_twice_in_a_line(tmp_path: Path) -> None:
    lines = "[lists]\nwho = 'Ann|Bo'\n" + DIR.replace("we praise", "{who} and we praise")
    cases = read_behaviour(frame_with(tmp_path, lines))[0].cases
    taxes = ("tax", "levy")
    assert [case.before for case in cases] == [f"{n} and we praise the {t}" for n in ("Ann", "Bo") for t in taxes]
    assert [case.text for case in cases] == [f"we oppose the {t}" for _ in range(2) for t in taxes]


def test_several_bases_are_read_one_after_another(tmp_path: Path) -> None:
    bases = "[bases]\na = 'one.'\nb = 'two.'\n"
    test = INV[: INV.index("lines")] + 'base = ["a", "b"]\n'
    assert [case.text for case in read_behaviour(frame_with(tmp_path, bases + test))[0].cases] == ["one,", "two,"]


@pytest.mark.parametrize(
    ("change", "words", "text", "expected"),
    [
        ("apostrophes", [], "We can't", ["We can’t", "We can't"]),
        ("quote_marks", [], 'a "deal"', ["a “deal”", "a ‘deal’", "a 'deal'"]),
        ("outer_marks", [], "Yes.", ['"Yes."', "“Yes.”"]),
        ("dashes", [], "a – b", ["a—b", "a — b", "a - b", "a -- b"]),
        ("whitespace", [], "a b", ["a  b", "a\u00a0b", " a b\n"]),
        ("ellipsis", [], "We go.", ["… we go.", "We go …"]),
        ("trailing_comma", [], "We go.", ["We go,"]),
        ("trailing_comma", [], "Do we?", []),
        ("no_final_mark", [], "We go.", ["We go"]),
        ("lower_start", [], "The door.", ["the door."]),
        ("lower_start", [], "Oslo waits.", ["Oslo waits."]),
        ("bracketed_start", [], "We go.", ["[W]e go."]),
        ("capitals", [], "We go.", ["WE GO."]),
        ("contractions", [], "We don't.", ["We do not.", "We don't."]),
        ("contractions", [], "They will not.", ["They will not.", "They won't."]),
        ("clause_order", [], "If it rains, we stay.", ["We stay if it rains."]),
        ("clause_order", [], "It rains, and we stay.", []),
        ("intensify", ["very"], "a serious man", ["a very serious man"]),
        ("prefix", ["Look,"], "We go.", ["Look, we go."]),
        ("suffix", [", sadly."], "We go.", ["We go, sadly."]),
        ("swap", ["US", "U.S."], "the US and USA", ["the US and USA", "the U.S. and USA"]),
        ("swap", ["Ann", "Bo"], "Cy came.", []),
    ],
)
def test_perturbations(change: str, words: list[str], text: str, expected: list[str]) -> None:
    assert PERTURBATIONS[change](text, words) == expected


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (MFT + INV.replace("trailing_comma", "comma_at_end"), "line 13, test 'comma': no change is called"),
        (MFT + INV.replace("within", "whithin"), "line 13, test 'comma': .*whithin"),
        (MFT + DIR.replace('"against"', '"hawk"'), "line 13, test 'objection': 'hawk' is no label"),
        (MFT.replace("cases.for", "cases.hawk"), "line 2, test 'plain': 'hawk' is no label"),
        (MFT.replace("{hall|road}", "{hall}"), r"line 10, test 'plain': no \[lists\] entry is called 'hall'"),
        (MFT.replace("{hall|road}", "{hall|road"), "line 10, test 'plain': a brace without its partner"),
        (MFT.replace("{hall|road}", "{hall|hall}"), "line 2, test 'plain': the same case twice"),
        (DIR.replace(" => ", " -> "), "line 9, test 'objection': a pair is written"),
        (DIR.replace('up = "against"\n', ""), "test 'objection': a DIR test, and no other, says up"),
        (INV.replace("praise it.", "praise it").replace("oppose it.", "oppose it"), "changes none of its lines"),
        (INV.replace("lines", "pairs").replace("it.", "it => it"), "pairs are changed by hand"),
        (INV[: INV.index("lines")], "takes one of base, lines and pairs"),
        (INV[: INV.index("lines")] + 'base = ["none"]\n', r"no \[bases\] entry is called 'none'"),
        (MFT + "change = 'swap'\n", "test 'plain': an MFT test takes cases"),
        (MFT + MFT, "line 13, test 'plain': the name is used twice"),
        ("tests = []", r"no \[\[tests\]\]"),
        ("[[tests]\n", "behaviour.toml: .*line 1"),
    ],
)
def test_a_bad_file_is_refused_with_test_and_line(tmp_path: Path, behaviour: str, message: str) -> None:
    with pytest.raises(FrameError, match=message):
        read_behaviour(frame_with(tmp_path, behaviour))


def test_a_frame_without_a_behaviour_file_says_what_to_write(frame: Path) -> None:
    with pytest.raises(FrameError, match=r"write behaviour\.toml beside frame\.toml"):
        run_behaviour(by_words, frame)


def test_the_report_goes_through_json(tmp_path: Path) -> None:
    data = json.loads(json.dumps(run(tmp_path, MFT + DIR.replace("up =", "down =")).to_dict()))
    assert (data["cases"], data["pass_rate"]) == (6, pytest.approx(4 / 6))
    assert data["results"][1]["failures"][0]["before"] == "we praise the tax"


def test_the_tables_show_each_test_and_the_whole(tmp_path: Path) -> None:
    report = run(tmp_path, MFT + DIR.replace("up =", "down ="))
    assert report.weakest.name == "objection"
    assert "tiny: 66.7% of 6 cases pass in 2 tests; weakest: objection (0.0%)" in str(report)
    assert "objection: we oppose the tax" in str(report)
    markdown = report.to_markdown(examples=1)
    assert "| concession | objection | DIR | 2 | 0.0% |\n| **all** | 2 tests | | 6 | **66.7%** |" in markdown
    assert markdown.count("\n- objection: ") == 1


def us_china_texts() -> list[str]:
    tests = read_behaviour("us-china")
    return list(dict.fromkeys(t for test in tests for case in test.cases for t in (case.before, case.text) if t))


def test_the_us_china_suite_is_large_and_of_all_kinds() -> None:
    tests = read_behaviour("us-china")
    assert len(tests) >= 45
    assert sum(len(test.cases) for test in tests) >= 1600
    assert min(len(test.cases) for test in tests) >= 10
    assert {test.kind for test in tests} == {"MFT", "INV", "DIR"}


def test_every_us_china_label_has_many_cases() -> None:
    labels = [case.label for test in read_behaviour("us-china") for case in test.cases if case.label]
    assert min(labels.count(label) for label in load_frame("us-china").label_names) >= 300


def test_no_us_china_sentence_has_two_labels() -> None:
    labels: dict[str, str] = {}
    for case in (case for test in read_behaviour("us-china") for case in test.cases):
        if case.label:
            assert labels.setdefault(case.text.casefold(), case.label) == case.label


def test_no_us_china_case_stands_in_the_training_data() -> None:
    quotes = load_frame("us-china").quotes_path
    assert quotes is not None

    def plain(text: str) -> str:
        return " ".join(text.casefold().split()).strip(" .,…")

    known = {plain(row.text) for row in read_quotes(quotes)}
    assert [text for text in us_china_texts() if plain(text) in known] == []


@pytest.mark.slow
def test_no_us_china_case_is_nearly_in_the_training_data() -> None:
    quotes = load_frame("us-china").quotes_path
    assert quotes is not None
    suite = [LabelledQuote(f"case-{i}", text, "neither", split="suite") for i, text in enumerate(us_china_texts())]
    pairs = near_duplicates([*read_quotes(quotes), *suite])
    assert [(a.text, b.text) for a, b, _ in pairs if (a.split == "suite") != (b.split == "suite")] == []
