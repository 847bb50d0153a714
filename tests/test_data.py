"""Reading and writing labelled quotes, drafts and plain texts; the audit."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import make_frame, tiny_rows
from stancekit import DataError, check_frame, load_frame
from stancekit.data import (
    add_draft,
    near_duplicates,
    read_draft,
    read_quotes,
    read_text,
    read_texts,
    report_text,
    with_splits,
    write_quotes,
    write_text,
)
from stancekit.records import LabelledQuote


def rows_of(*texts: str, **rest: str) -> list[LabelledQuote]:
    return [LabelledQuote(id=str(i), text=text, stance="a", **rest) for i, text in enumerate(texts)]


@given(st.lists(st.builds(LabelledQuote, id=st.text(min_size=1), text=st.text(min_size=1), stance=st.just("a"))))
def test_quotes_survive_writing_and_reading(
    tmp_path_factory: pytest.TempPathFactory, rows: list[LabelledQuote]
) -> None:
    path = tmp_path_factory.mktemp("q") / "quotes.jsonl"
    rows = [r for r in rows if not any("\ud800" <= c <= "\udfff" for c in r.id + r.text)]
    write_quotes(path, rows)
    assert [(r.id, r.text) for r in read_quotes(path)] == [(r.id, r.text) for r in rows]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b'{"text": "x"}\n', r"a.jsonl:1: no column 'stance'; there is: text"),
        ("a.jsonl", b'{"text": "x", "stance": "a"}\n{oops\n', r"a.jsonl:2: not JSON"),
        ("a.jsonl", b"[1]\n", r"a.jsonl:1: want a JSON object"),
        ("a.csv", b"text,stance\nx,a,b\n", r"a.csv:2: the row has more or fewer fields"),
        ("a.csv", b'text,stance\n"x" y,a\n', r"a.csv:2: broken CSV"),
        ("a.csv", b"sentence,stance\nx,a\n", r"a.csv:2: no column 'text'; there is: sentence, stance"),
        ("a.csv", b"text,stance\nca\xe9,a\n", r"a.csv: byte 14 \(0xe9\) is not utf-8.*--encoding cp1252"),
        ("a.jsonl", b"PK\0\0\0", r"byte 2 is zero.*binary"),
        ("a.doc", b"x", r"cannot read .doc"),
        ("a.parquet", b"PAR1 not really", r"not a readable parquet file"),
    ],
)
def test_a_bad_file_is_named_with_its_line_and_the_way_out(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_quotes(tmp_path / name)


def test_a_missing_file_and_a_folder_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_text(tmp_path / "gone.txt")
    with pytest.raises(DataError, match="a folder"):
        read_text(tmp_path)


def test_an_unknown_label_is_named_with_line_and_the_known_ones(tmp_path: Path, frame: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "x", "stance": "for"}\n{"text": "y", "stance": "fro"}\n')
    with pytest.raises(DataError, match=r"a.jsonl:2: unknown stance 'fro'; known: for, against, neither"):
        read_quotes(path, load_frame(frame))


def test_csv_needs_no_more_than_text_and_stance(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('text,stance\n"one, two",a\nthree,b\n')
    rows = read_quotes(tmp_path / "a.csv")
    assert [(r.id, r.text, r.stance, r.split) for r in rows] == [
        ("1", "one, two", "a", "train"),
        ("2", "three", "b", "train"),
    ]


def test_parquet_is_read_like_the_others(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"text": ["x"], "stance": ["a"], "year": [2021]}), tmp_path / "a.parquet")
    assert read_quotes(tmp_path / "a.parquet")[0].year == 2021


def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "new \ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_writing_into_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        write_text(tmp_path / "no" / "a.txt", "x")


def test_groups_stay_in_their_split_as_data_grows() -> None:
    rows = [LabelledQuote(id=str(i), text=f"t{i}", stance="a", group=f"g{i // 3}") for i in range(300)]
    before = {r.id: r.split for r in with_splits(rows[:150])}
    after = {r.id: r.split for r in with_splits(rows)}
    assert all(after[i] == split for i, split in before.items())
    assert set(after.values()) == {"train", "dev", "test"}


DRAFT = """
## port | 2021 | tariffs
@ Lena Ortiz | manager
N0 We moved nine thousand boxes,
F+!concession it hurts, but I am for it
@ — | a lawyer
A- They will find another list.
"""


def test_a_draft_becomes_rows_with_the_rest_of_the_quote_as_context(tmp_path: Path, frame: Path) -> None:
    (tmp_path / "d.txt").write_text(DRAFT)
    first, second, third = read_draft(tmp_path / "d.txt", load_frame(frame), "w1")
    assert (first.id, first.stance, first.sentiment, first.speaker, first.role) == (
        "w1-0001", "neither", "neutral", "Lena Ortiz", "manager",
    )  # fmt: skip
    assert (first.context, second.context, third.context) == (second.text, first.text, "")
    assert (second.hard, second.year, second.topic, third.speaker) == ("concession", 2021, "tariffs", "")
    assert len({row.split for row in (first, second, third)}) == 1


@pytest.mark.parametrize(("line", "message"), [("X0 what", "want a stance letter"), ("F what", "sentiment is missing")])
def test_a_bad_draft_line_is_named(tmp_path: Path, frame: Path, line: str, message: str) -> None:
    (tmp_path / "d.txt").write_text(f"## a | 2021 | b\n@ — | c\n{line}\n")
    with pytest.raises(DataError, match=rf"d.txt:3: .*{message}"):
        read_draft(tmp_path / "d.txt", load_frame(frame), "w1")


def test_adding_a_draft_keeps_what_was_there_and_refuses_the_same_writer_twice(tmp_path: Path) -> None:
    folder = make_frame(tmp_path / "f")
    (tmp_path / "d.txt").write_text(DRAFT)
    assert add_draft(folder, tmp_path / "d.txt", "w1") == 3
    assert len(read_quotes(folder / "quotes.jsonl")) == len(tiny_rows()) + 3
    with pytest.raises(DataError, match="rows of 'w1' already"):
        add_draft(folder, tmp_path / "d.txt", "w1")


def broken_frame(folder: Path, *changes: dict[str, str]) -> Path:
    make_frame(folder)
    rows = tiny_rows() + [{**tiny_rows()[0], "id": f"x{i}", **change} for i, change in enumerate(changes)]
    (folder / "quotes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.mark.parametrize(
    ("changes", "level", "message"),
    [
        ([{"stance": "fro", "text": "new words here"}], "error", "1 unknown labels"),
        ([{"id": "0-0", "text": "some other words"}], "error", "1 ids are used twice"),
        ([{"split": "train", "text": "some other words"}], "error", "1 groups straddle splits"),
        ([{"text": " … ", "group": "n"}], "error", "1 rows without words"),
        ([{"text": "long " * 121, "group": "n"}], "warning", "1 rows of over 120 words"),
        (
            [{"text": tiny_rows()[1]["text"], "group": "n", "stance": "against"}],
            "warning",
            "different labels",
        ),
        (
            [
                {
                    "text": "the quiet old harbour master counts grey gulls every morning",
                    "group": "n1",
                    "split": "train",
                },
                {
                    "text": "the quiet old harbour master counts grey gulls every mornings",
                    "group": "n2",
                    "split": "dev",
                },
            ],
            "error",
            "1 pairs across splits are nearly the same",
        ),
    ],
)
def test_the_audit_finds(tmp_path: Path, changes: list[dict[str, str]], level: str, message: str) -> None:
    report = check_frame(broken_frame(tmp_path / "f", *changes))
    assert [f.level for f in report.findings if message in f.what] == [level], report_text(report)
    assert report.ok == (level == "warning")


def test_the_audit_of_a_clean_frame_has_no_errors(frame: Path) -> None:
    report = check_frame(frame)
    assert report.ok
    assert report.counts["train"] == {"for": 24, "against": 24, "neither": 24}
    assert report.findings == ()


def test_near_duplicates_leave_short_fragments_alone() -> None:
    assert near_duplicates(rows_of("about time, then", "about time, then!")) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "one\n\n two \n"),
        ("a.csv", "text\none\ntwo\n"),
        ("a.jsonl", '{"text": "one"}\n{"text": "two"}\n'),
    ],
)
def test_plain_texts_come_from_lines_or_a_column(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    assert read_texts(tmp_path / name) == ["one", "two"]


def test_a_table_without_the_column_names_the_ones_there_are(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sentence\none\n")
    with pytest.raises(DataError, match="no text in column 'text'; there is: sentence. Name it with --text-column"):
        read_texts(tmp_path / "a.csv")
