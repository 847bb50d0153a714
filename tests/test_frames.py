"""Frames: the file, the template, the shipped one."""

from pathlib import Path

import pytest

from stancekit import FrameError, check_frame, load_frame, new_frame
from stancekit.frames import bare_frame, parse_frame

GOOD = 'name = "x"\nquestion = "?"\ntarget = "t"\n[labels.a]\ndefinition = "A"\n[labels.b]\ndefinition = "B"\n'


def test_labels_keep_the_order_of_the_file() -> None:
    assert parse_frame(GOOD).label_names == ("a", "b")


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("name = ", "not valid TOML"),
        ('name = "x"', "missing required field `question`"),
        (GOOD + "colour = 1\n", "unknown field `colour`"),
        (GOOD.replace("[labels.b]", "[labels.mixed]"), "cannot be used"),
        (GOOD.replace("[labels.b]", "[labels.unsure]"), "(not 'mixed' or 'unsure')"),
        (GOOD.replace('"A"', '"A"\nneither = true') + "neither = true\n", "a and b are both marked"),
        (GOOD.split("[labels.b]")[0], "at least two"),
        (GOOD.replace('"x"', '"x/y"'), "names a folder too"),
        (GOOD.replace('"A"', "3"), "Expected `str`, got `int`"),
    ],
)
def test_a_bad_frame_file_says_what_is_wrong(toml: str, message: str) -> None:
    with pytest.raises(FrameError, match=message):
        parse_frame(toml, "my/frame.toml")


def test_a_missing_frame_names_the_shipped_ones_and_the_way_to_start() -> None:
    with pytest.raises(FrameError, match=r"shipped: us-china.*frame new nowhere"):
        load_frame("nowhere")


def test_the_template_can_be_checked_at_once_and_only_wants_more_rows(tmp_path: Path) -> None:
    report = check_frame(new_frame(tmp_path / "own"))
    assert report.ok
    assert all("training rows" in f.what or "dev split" in f.what for f in report.findings)


def test_the_template_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FrameError, match="not an empty folder"):
        new_frame(tmp_path)


def test_a_bare_frame_takes_its_labels_from_the_table() -> None:
    frame = bare_frame("my table", ["pro", "con", "neither"], sentiment=False)
    assert (frame.name, frame.label_names, frame.neither) == (
        "my-table",
        ("pro", "con", "neither"),
        "neither",
    )


def test_the_shipped_frame_is_clean_and_its_quotes_were_labelled_twice() -> None:
    report = check_frame("us-china")
    assert report.ok, report.findings
    assert report.rows >= 4000
    assert report.alpha["stance"] >= 0.8
    assert all(min(counts.values()) > 100 for counts in report.counts.values())
