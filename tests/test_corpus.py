"""Labelling a corpus: what goes in, what comes out, and what happens when it goes wrong."""

import contextlib
import csv
import gzip
import json
import os
import pty
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import tiny_rows
from stancekit import CheckpointError, DataError, MissingExtraError, OptionError, label, load
from stancekit.corpus import Summary, extract
from stancekit.corpus.sources import Source, _Seen
from stancekit.corpus.tables import Columns, read_rows
from test_html import PAGE

Label = Callable[..., Summary]


def stories(count: int) -> list[dict[str, str]]:
    rng = random.Random(1)
    texts = [row["text"] for row in tiny_rows()]
    rows = []
    for number in range(count):
        a, b, c = (rng.choice(texts) for _ in range(3))
        text = f"The hall was full. “{a.capitalize()},” said Mara Lindqvist. “{b.capitalize()}. {c.capitalize()}.”\n"
        rows.append({"id": f"s{number}", "text": text, "date": f"20{number % 30:02}"})
    return rows


def write_jsonl(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def rows_of(out: Path) -> list[dict[str, object]]:
    return [row for shard in sorted(out.glob("shard-*.parquet")) for row in pq.read_table(shard).to_pylist()]


def errors_of(out: Path) -> dict[str, str]:
    path = out / "errors.jsonl"
    records = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return {record["article"]: record["error"] for record in records}


def found(path: Path, **columns: str | tuple[str, ...]) -> list[tuple[str, str | None, str | None]]:
    source = Source((str(path),), "out", Columns(**columns), "utf-8")
    return [(raw.id, raw.text, raw.error) for block in source.blocks() for raw in block.raws]


@pytest.fixture
def run(model: Path, tmp_path: Path) -> Label:
    """`label` into a folder of the test's own, with one worker and the tiny model."""

    def call(paths: object, out: str = "out", **options: object) -> Summary:
        return label(paths, tmp_path / out, **{"model": model, "shard_size": 200, "workers": 1} | options)  # type: ignore[arg-type]

    return call


# what comes out


def test_a_row_per_quoted_sentence_as_read_gives_it(run: Label, model: Path, tmp_path: Path) -> None:
    rows = stories(3)
    write_jsonl(tmp_path / "in.jsonl", rows)
    summary = run(tmp_path / "in.jsonl", keep=["date"])
    out = rows_of(tmp_path / "out")
    assert [row["article"] for row in out] == [row["id"] for row in rows for _ in range(3)]
    expected = [dict(e) for row in rows for e in load(model).read(row["text"]).rows()]
    for row, want in zip(out, expected, strict=True):
        assert {k: row[k] for k in want if "scores" not in k and k != "confidence"} == {
            k: v for k, v in want.items() if "scores" not in k and k != "confidence"
        }
        assert row["stance_scores"] == pytest.approx(want["stance_scores"], abs=0.005)
        assert row["model"] == "tiny"
        assert row["model_sha256"] == load(model).checkpoint.sha256
    assert [row["date"] for row in out] == [row["date"] for row in rows for _ in range(3)]
    assert (summary.articles, summary.sentences, summary.errors) == (3, 9, 0)
    assert sum(summary.stances.values()) == 9


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_other_formats_hold_the_same_rows(run: Label, tmp_path: Path, kind: str) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(3))
    run(path)
    run(path, kind, format=kind)
    lines = (tmp_path / kind / f"shard-000000.{kind}").read_text().splitlines()
    rows = list(csv.DictReader(lines)) if kind == "csv" else [json.loads(line) for line in lines]
    for row, want in zip(rows, rows_of(tmp_path / "out"), strict=True):
        assert (row["article"], row["sentence"], str(row["start"])) == (
            want["article"],
            want["sentence"],
            str(want["start"]),
        )
        score = row["stance_scores.for"] if kind == "csv" else row["stance_scores"]["for"]
        assert float(score) == pytest.approx(want["stance_scores"]["for"], abs=1e-6)  # type: ignore[index]


def test_the_manifest_counts_and_names_what_the_rows_depend_on(run: Label, tmp_path: Path) -> None:
    run(write_jsonl(tmp_path / "in.jsonl", stories(250)))
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert (manifest["shards"], manifest["articles"], manifest["quotes"], manifest["sentences"]) == (2, 250, 250, 750)
    assert manifest["settings"]["shard_size"] == 200
    assert manifest["settings"]["input"]["files"] == 1
    assert manifest["versions"]["onnxruntime"]
    assert manifest["finished"]


def test_the_summary_is_one_screen_with_shares_errors_and_speed(run: Label, tmp_path: Path) -> None:
    text = str(run(write_jsonl(tmp_path / "in.jsonl", [*stories(3), {"id": "x", "text": ""}])))
    for said in (
        "4 articles",
        "9 sentences",
        "stance",
        "sentiment",
        "errors     1, in",
        "articles/s",
        "the model busy",
    ):
        assert said in text
    assert len(text.splitlines()) < 10


def test_rows_do_not_depend_on_shards_or_workers(run: Label, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(900))
    run(path, "a")
    run(path, "b", shard_size=600, workers=2)
    assert rows_of(tmp_path / "a") == rows_of(tmp_path / "b")


# what goes in


def test_folders_are_read_in_order_and_hidden_other_and_own_files_left_out(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/y.html", ".hidden.txt", "notes.md", "out/shard-000000.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    source = Source((str(tmp_path),), str(tmp_path / "out"), Columns(), "utf-8")
    assert [Path(f.name).relative_to(tmp_path).as_posix() for f in source.files()] == ["a/y.html", "a/z.txt", "b.txt"]


def test_globs_and_files_are_read_in_the_order_given(tmp_path: Path) -> None:
    for name in ("a1.txt", "a2.txt", "b.txt"):
        (tmp_path / name).write_text("x")
    source = Source((str(tmp_path / "b.txt"), str(tmp_path / "a*")), "out", Columns(), "utf-8")
    assert [Path(f.name).name for f in source.files()] == ["b.txt", "a1.txt", "a2.txt"]


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("kind", ["jsonl", "csv", "tsv", "parquet"])
def test_tables_and_gzip_of_them_give_the_same_articles(tmp_path: Path, kind: str, zipped: bool) -> None:
    rows = [{**row, "text": row["text"] + "é, “x”\n\n"} for row in stories(5)]
    path = tmp_path / f"in.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif kind == "jsonl":
        write_jsonl(path, rows)
    else:
        with path.open("w", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]), delimiter="," if kind == "csv" else "\t")
            writer.writeheader()
            writer.writerows(rows)
    if zipped:
        path = Path(f"{path}.gz")
        path.write_bytes(gzip.compress((tmp_path / f"in.{kind}").read_bytes()))
    assert found(path) == [(row["id"], row["text"], None) for row in rows]


def test_text_and_web_pages_plain_or_gzipped_are_articles_named_by_their_path(run: Label, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    story = stories(1)[0]["text"]
    (tmp_path / "in/a.txt").write_text(story)
    (tmp_path / "in/b.txt.gz").write_bytes(gzip.compress(story.encode()))
    (tmp_path / "in/c.html").write_text(PAGE)
    (tmp_path / "in/d.htm.gz").write_bytes(gzip.compress(PAGE.encode()))
    assert run(tmp_path / "in").errors == 0
    rows = rows_of(tmp_path / "out")
    assert [Path(str(a)).name for a in dict.fromkeys(row["article"] for row in rows)] == [
        "a.txt",
        "b.txt.gz",
        "c.html",
        "d.htm.gz",
    ]
    assert "We owe it to the boats and to the people who work on them," in [row["sentence"] for row in rows]


def test_a_row_without_an_id_is_named_by_its_place(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", [{"text": "x"}, {"text": "y"}])
    assert [name for name, _, _ in found(path)] == [f"{path}:1", f"{path}:2"]


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", [{"body": "x", "key": "k"}])
    assert found(path, text="body", id="key") == [("k", "x", None)]


def test_kept_values_that_are_no_strings_become_json(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "x", "a": [1, "é"], "b": 2, "c": null}\n')
    (raw, _), *_ = read_rows(str(path), "jsonl", Columns(keep=("a", "b", "c", "d")), "utf-8")
    assert raw.kept == ('[1, "é"]', "2", None, None)


def test_an_article_longer_than_the_csv_modules_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("id,text\na," + "word " * 40_000 + "\n")
    assert found(path)[0][0] == "a"
    assert found(path)[0][2] is None


def test_tables_are_read_lazily(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(50_000))
    rows = read_rows(str(path), "jsonl", Columns(), "utf-8")
    for _ in range(100):
        _, position = next(rows)
    assert position < path.stat().st_size / 20
    rows.close()  # type: ignore[attr-defined]


def test_many_ids_are_remembered_each_once() -> None:
    seen = _Seen()
    names = [str(number) for number in range(150_000)]
    assert all(map(seen.add, names))
    assert not any(map(seen.add, names[:: len(names) // 50]))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(codec=None)), min_size=1, max_size=4))
def test_any_text_goes_through_jsonl_with_its_length(tmp_path: Path, texts: list[str]) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", [{"text": text} for text in texts])
    back = [text or "" for _, text, _ in found(path)]
    assert [len(text) for text in back] == [len(text) for text in texts]
    for text in back:
        text.encode()
    assert [b == t for b, t in zip(back, texts, strict=True)] == [
        not any("\ud800" <= c <= "\udfff" for c in t) for t in texts
    ]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from(["jsonl", "csv", "parquet", "jsonl.gz", "parquet.gz"]))
def test_any_bytes_give_articles_or_errors_and_never_raise(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"in.{suffix}"
    path.write_bytes(data)
    for name, text, error in found(path):
        assert name
        assert (text is None) == (error is not None)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["“", "”", '"', " ", "\n", ".", ",", "said Ann.", "We go", "\u200b", "\x1c", "\ufeff", "é"])
    )
)
def test_whatever_is_extracted_can_be_labelled(pieces: list[str]) -> None:
    (result,) = extract.extract_block([extract.Raw("a", "a", "".join(pieces))], "utf-8")
    assert all(sentence.text.strip() for quote in result.quotes for sentence in quote.sentences)


# what goes wrong with articles and files


def test_articles_that_cannot_be_read_are_listed_and_the_run_goes_on(run: Label, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_bytes(b"caf\xe9")
    (tmp_path / "in/b.txt").write_text(" \n")
    (tmp_path / "in/c.txt.gz").write_bytes(gzip.compress(b"x" * 999)[:-9])
    (tmp_path / "in/d.html").write_text("<html></html>")
    (tmp_path / "in/e.txt").write_text(stories(1)[0]["text"])
    summary = run(tmp_path / "in")
    errors = {Path(name).name: error for name, error in errors_of(tmp_path / "out").items()}
    assert (summary.articles, summary.errors, summary.sentences) == (5, 4, 3)
    assert "byte 3 (0xe9) is not utf-8" in errors["a.txt"]
    assert "the article is empty" in errors["b.txt"]
    assert "damaged or cannot be read" in errors["c.txt.gz"]
    assert "no article in this web page" in errors["d.html"]


def test_bad_lines_of_a_jsonl_are_errors_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'{"text": "x"\n[1]\n{"text": "caf\xe9"}\n{"text": 3}\n{"body": "x"}\n\n{"text": "good"}\n')
    errors = [error for _, _, error in found(path)]
    for error, said in zip(
        errors,
        ("not JSON", "this is list", "byte 0xe9 is not utf-8", "holds int, not text", "there is: body"),
        strict=False,
    ):
        assert said in (error or "")
    assert found(path)[-1] == (f"{path}:7", "good", None)


def test_broken_quoting_ends_a_csv_with_an_error_and_the_next_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,text\n1,fine\n2,"open\n3,lost\n')
    (tmp_path / "b.csv").write_text("id,text\n4,fine too\n")
    first, broken, after = found(tmp_path)
    assert (first[0], after[0]) == ("1", "4")
    assert broken[0] == str(tmp_path / "a.csv")
    assert "broken CSV in the row that begins on line 3" in (broken[2] or "")


def test_a_csv_row_with_too_many_fields_is_an_error_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("id,text\n1,Well, then\n2,fine\n")
    assert found(path) == [(f"{path}:1", None, "the row has more or fewer fields than the header"), ("2", "fine", None)]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_table_without_the_column_says_which_there_are(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"in.{suffix}"
    pq.write_table(pa.table({"body": ["x"]}), path) if suffix == "parquet" else path.write_text("body\nx\n")
    assert found(path) == [(str(path), None, f"{path}: no column 'text'; there is: body. Name it with --text-column")]


@pytest.mark.parametrize("cut", [10, 600])
def test_a_damaged_parquet_file_is_one_error(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "in.parquet"
    pq.write_table(pa.Table.from_pylist(stories(50)), path)
    data = bytearray(path.read_bytes())
    path.write_bytes(data[:-cut])
    ((name, _, error),) = found(path)
    assert name == str(path)
    assert "not a readable parquet file" in (error or "")


def test_another_encoding_can_be_named(tmp_path: Path) -> None:
    for encoding in ("cp1252", "utf-16"):
        for suffix, text in (("jsonl", '{"text": "Maß"}\n'), ("csv", "text\nMaß\n")):
            (tmp_path / f"in.{suffix}").write_bytes(text.encode(encoding))
            source = Source((str(tmp_path / f"in.{suffix}"),), "out", Columns(), encoding)
            assert [raw.text for block in source.blocks() for raw in block.raws] == ["Maß"]


def test_the_second_article_of_an_id_is_an_error(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}])
    assert found(path) == [("a", "x", None), ("a", None, "an earlier article has the same id")]


def test_a_crash_of_the_parser_is_an_error_of_its_article(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(text: str) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(extract, "extract_quotes", crash)
    (result,) = extract.extract_block([extract.Raw("a", "a", "text")], "utf-8")
    assert result.error == "RecursionError: too deep"


def test_killed_workers_cost_nothing_but_time(run: Label, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(1500))
    run(path, "whole")
    submit = extract.Workers._submit
    calls = []

    def killing(self: extract.Workers, raws: object) -> object:
        future = submit(self, raws)  # type: ignore[arg-type]
        calls.append(1)
        if len(calls) == 3:
            for process in list(self._pool._processes.values()):
                os.kill(process.pid, signal.SIGKILL)
        return future

    monkeypatch.setattr(extract.Workers, "_submit", killing)
    summary = run(path)
    assert summary.errors == 0
    assert rows_of(tmp_path / "out") == rows_of(tmp_path / "whole")


# what goes wrong with a run


def test_options_that_make_no_sense_are_refused(run: Label, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(1))
    for options, said in (
        ({"shard_size": 300}, "multiple of 200"),
        ({"workers": 0}, "workers is 0"),
        ({"format": "xml"}, "no format 'xml'"),
        ({"engine": "spark"}, "no engine 'spark'"),
        ({"encoding": "klingon"}, "no encoding called 'klingon'"),
        ({"keep": ["stance"]}, "'stance' cannot be kept"),
    ):
        with pytest.raises(OptionError, match=said):
            run(path, **options)
    with pytest.raises(OptionError, match="nothing to label"):
        run([])
    with pytest.raises(OptionError, match="cannot be mixed"):
        run(["-", path])


def test_ray_that_is_not_installed_is_named(run: Label, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'stancekit\[ray\]'"):
        run(write_jsonl(tmp_path / "in.jsonl", stories(1)), engine="ray")


def test_paths_that_hold_nothing_are_refused(run: Label, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.doc").write_text("x")
    for path, said in (
        ("gone", "no such file or folder"),
        ("gone*", "no file matches"),
        ("empty", "nothing to label there"),
        ("a.doc", "cannot read this kind of file; give .txt"),
    ):
        with pytest.raises(DataError, match=said):
            run(tmp_path / path)


def test_an_out_that_is_a_file_or_holds_something_else_is_refused(run: Label, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(1))
    with pytest.raises(DataError, match="is a file; OUT is a folder"):
        run(path, "in.jsonl")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("x")
    with pytest.raises(DataError, match=r"holds 'thesis.txt' but no manifest.json"):
        run(path, "mine")
    assert (tmp_path / "mine/thesis.txt").read_text() == "x"


def test_a_changed_option_input_or_model_is_refused_with_the_reason(run: Label, model: Path, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(2))
    run(path)
    with pytest.raises(DataError, match=r"format was parquet, now csv.*Give another OUT"):
        run(path, format="csv")
    with pytest.raises(DataError, match=r"keep was \[\], now \['date'\]"):
        run(path, keep=["date"])
    other = tmp_path / "model"
    shutil.copytree(model, other)
    (other / "stancekit.json").write_text((other / "stancekit.json").read_text() + "\n")
    with pytest.raises(DataError, match="model_sha256 was"):
        run(path, model=other)
    write_jsonl(path, stories(3))
    with pytest.raises(DataError, match="input changed"):
        run(path)


def test_a_complete_run_is_not_done_again(run: Label, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(3))
    first = run(path)
    shard = tmp_path / "out/shard-000000.parquet"
    before = shard.stat().st_mtime_ns
    assert run(path) == first
    assert shard.stat().st_mtime_ns == before


def test_a_damaged_manifest_says_what_to_do(run: Label, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(1))
    run(path)
    (tmp_path / "out/manifest.json").write_text("{")
    with pytest.raises(DataError, match=r"manifest.json: damaged.*label everything again"):
        run(path)


def test_a_second_run_into_the_same_folder_is_refused(run: Label, tmp_path: Path) -> None:
    from stancekit.corpus.output import held

    path = write_jsonl(tmp_path / "in.jsonl", stories(1))
    with held(tmp_path / "out"), pytest.raises(DataError, match="another run is writing"):
        run(path)


def test_a_model_exchanged_during_the_run_stops_it(
    run: Label, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(600))
    other = tmp_path / "model"
    shutil.copytree(model, other)
    meta = (other / "stancekit.json").read_text()
    from stancekit.corpus.output import Output

    add = Output.add

    def exchange(self: Output, *args: object) -> None:
        add(self, *args)  # type: ignore[arg-type]
        (other / "stancekit.json").write_text(meta + "\n")

    monkeypatch.setattr(Output, "add", exchange)
    with pytest.raises(CheckpointError, match="exchanged during the run. The 1 shards"):
        run(path, model=other)
    monkeypatch.undo()
    (other / "stancekit.json").write_text(meta)
    assert run(path, model=other).articles == 600


# killed and started again

ARGUMENTS = ("--shard-size", "200", "--workers", "1", "--keep", "date")


def command(path: Path | str, out: Path, model: Path) -> list[str]:
    return [sys.executable, "-m", "stancekit", "label", str(path), "-o", str(out), "--model", str(model), *ARGUMENTS]


def children(pid: int) -> list[int]:
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in done.stdout.split()]


def kill_when(start: list[str], ready: Callable[[], bool], **options: object) -> list[int]:
    """Start it, kill it with -9 when it is ready; its workers."""
    process = subprocess.Popen(start, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    while process.poll() is None and not ready():
        time.sleep(0.002)
    workers = children(process.pid)
    process.kill()
    process.wait()
    return workers


def mixed_input(folder: Path, count: int) -> Path:
    """Tables with bad lines among them, and files, good and bad."""
    folder.mkdir()
    rows = stories(count)
    write_jsonl(folder / "a.jsonl", rows[: count // 2])
    with (folder / "a.jsonl").open("a") as handle:
        handle.write("not json\n" * 3)
    pq.write_table(pa.Table.from_pylist(rows[count // 2 - 2 : -20]), folder / "b.parquet")
    for row in rows[-20:]:
        (folder / f"c-{row['id']}.txt").write_bytes(
            row["text"].encode("utf-8" if row["id"] != f"s{count - 3}" else "cp1252")
        )
    return folder


def same(a: Path, b: Path) -> bool:
    names = sorted(p.name for p in a.glob("*") if p.name != "manifest.json")
    assert names == sorted(p.name for p in b.glob("*") if p.name != "manifest.json")
    return all((a / name).read_bytes() == (b / name).read_bytes() for name in names)


def test_killed_after_a_shard_it_goes_on_and_ends_with_the_same_rows(model: Path, tmp_path: Path) -> None:
    path = mixed_input(tmp_path / "in", 1600)
    assert subprocess.run(command(path, tmp_path / "whole", model), capture_output=True, check=False).returncode == 1
    out = tmp_path / "out"
    workers = kill_when(command(path, out, model), (out / "shard-000001.parquet").exists)
    assert workers
    (out / ".shard-000002.parquet.x.part").write_bytes(b"half")
    with (out / "errors.jsonl").open("a") as handle:
        handle.write('{"article": "half a li')
    done = subprocess.run(command(path, out, model), capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "going on after" in done.stderr
    assert same(out, tmp_path / "whole")
    assert not list(out.glob(".*.part"))
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers), "a worker outlived its run"


@pytest.mark.slow
def test_killed_at_20_random_moments_it_ends_with_the_same_rows(model: Path, tmp_path: Path) -> None:
    path = mixed_input(tmp_path / "in", 6000)
    begun = time.monotonic()
    subprocess.run(command(path, tmp_path / "whole", model), capture_output=True, check=False)
    took = time.monotonic() - begun
    out = tmp_path / "out"
    rng = random.Random(5)
    for _ in range(20):
        stop = time.monotonic() + rng.uniform(0, took)
        kill_when(command(path, out, model), lambda stop=stop: time.monotonic() > stop)  # type: ignore[misc]
        if (out / "manifest.json").exists() and json.loads((out / "manifest.json").read_text())["finished"]:
            assert same(out, tmp_path / "whole")
            shutil.rmtree(out)
    done = subprocess.run(command(path, out, model), capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert same(out, tmp_path / "whole")


def test_a_full_disk_stops_it_cleanly_and_it_goes_on(model: Path, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(1600))
    out = tmp_path / "out"
    kill_when(command(path, out, model), (out / "shard-000000.parquet").exists)

    def small() -> None:  # the system refuses what would make a file longer than this
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    done = subprocess.run(command(path, out, model), capture_output=True, text=True, check=False, preexec_fn=small)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "shards so far are good; the same call goes on" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(out.glob(".*.part"))
    assert subprocess.run(command(path, out, model), capture_output=True, check=False).returncode == 0
    assert [row["article"] for row in rows_of(out)] == [f"s{i}" for i in range(1600) for _ in range(3)]


# the command


def test_the_command_prints_the_summary_and_exits_0_or_1(model: Path, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(3))
    done = subprocess.run(command(path, tmp_path / "a", model), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 articles, 3 quotes, 9 sentences in 1 shards")
    assert "\x1b" not in done.stderr
    write_jsonl(path, [*stories(3), {"id": "x"}])
    done = subprocess.run(command(path, tmp_path / "b", model), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "errors     1, in" in done.stdout


def test_a_terminal_shows_articles_quotes_and_the_time_left(model: Path, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "in.jsonl", stories(600))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command(path, tmp_path / "out", model), stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # how a terminal says that nobody writes to it any more
        while part := os.read(ours, 4096):
            said += part
    os.close(ours)
    assert process.wait() == 0
    for words in (b"600 articles, ", b"/s", b"quotes/s", b"left:"):
        assert words in said


def test_standard_input_is_jsonl_and_must_be_the_same_again(model: Path, tmp_path: Path) -> None:
    rows = stories(1500)
    data = write_jsonl(tmp_path / "in.jsonl", rows).read_bytes()
    out = tmp_path / "out"

    def piped(data: bytes) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command("-", out, model), input=data, capture_output=True, check=False)

    with (tmp_path / "in.jsonl").open("rb") as handle:
        kill_when(command("-", out, model), (out / "shard-000000.parquet").exists, stdin=handle)
    refused = piped(write_jsonl(tmp_path / "other.jsonl", rows[1:]).read_bytes())
    assert b"was begun on other articles" in refused.stderr
    assert piped(gzip.compress(data)).returncode == 0
    assert [row["article"] for row in rows_of(out)] == [row["id"] for row in rows for _ in range(3)]
    assert b"complete already" in piped(data).stderr
    assert b"was begun on other articles" in piped(data + data).stderr


def test_a_script_that_calls_label_without_a_main_guard_is_told(model: Path, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "in.jsonl", stories(1))
    script = tmp_path / "script.py"
    script.write_text(f"import stancekit\nstancekit.label('in.jsonl', 'out', model={str(model)!r})\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "belongs under `if __name__ == '__main__':`" in done.stderr


def test_workers_import_no_model_and_no_torch() -> None:
    code = (
        "import sys, stancekit.corpus.extract\n"
        "print([m for m in ('torch', 'transformers', 'onnxruntime', 'tokenizers', 'pyarrow', 'datasets', 'sklearn')"
        " if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
