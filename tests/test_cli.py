"""The command line, as a user types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import make_frame, tiny_rows
from stancekit import predict

STORY = "“We welcome farm and boat,” said Mara Lindqvist, a councillor. “It helps river hall.”\n"


def stancekit(*args: str | Path, stdin: str | bytes = "", **env: str) -> subprocess.CompletedProcess[str]:
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [sys.executable, "-m", "stancekit", *map(str, args)], input=data, capture_output=True, env={**os.environ, **env}
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(STORY)
    return path


def test_read_prints_a_row_per_sentence_and_writes_the_page(model: Path, story: Path, tmp_path: Path) -> None:
    done = stancekit("read", story, "--model", model, "--html", tmp_path / "out.html")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("for") >= 2
    assert "Lindqvist" in done.stdout
    assert str(tmp_path / "out.html") in done.stdout
    assert "We welcome farm and boat," in (tmp_path / "out.html").read_text()


def test_read_gives_json_lines_from_standard_input(model: Path) -> None:
    done = stancekit("read", "-", "--model", model, "--json", stdin=STORY)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["sentence"] for row in rows] == ["We welcome farm and boat,", "It helps river hall."]
    assert rows[0]["speaker"] == "Mara Lindqvist"


def test_an_article_without_quotes_is_a_plain_sentence_and_exit_0(model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Nothing was said.")
    done = stancekit("read", tmp_path / "a.txt", "--model", model)
    assert (done.returncode, done.stdout) == (0, f"No quoted speech found in {tmp_path / 'a.txt'}.\n")


def test_predict_takes_arguments_a_file_or_lines(model: Path, tmp_path: Path) -> None:
    texts = [row["text"] for row in tiny_rows()[20:30]]
    (tmp_path / "a.txt").write_text("\n".join(texts))
    by_argument = stancekit("predict", *texts, "--model", model).stdout
    assert [line.split()[0] for line in by_argument.splitlines()] == [p.stance for p in predict(texts, model=model)]
    assert stancekit("predict", "--file", tmp_path / "a.txt", "--model", model).stdout == by_argument
    assert stancekit("predict", "--model", model, stdin="\n\n".join(texts)).stdout == by_argument


def test_predict_gives_json_with_all_scores(model: Path) -> None:
    row = json.loads(stancekit("predict", "we welcome bread", "--model", model, "--json").stdout)
    assert row["stance"] == "for"
    assert sum(row["stance_scores"].values()) == pytest.approx(1, abs=1e-5)
    assert set(row["sentiment_scores"]) == {"negative", "neutral", "positive"}


def test_predict_and_read_abstain_below_a_confidence(model: Path) -> None:
    done = stancekit("predict", "we welcome bread", "--model", model, "--abstain-below", "1")
    assert done.stdout.startswith("unsure")
    done = stancekit("read", "-", "--model", model, "--abstain-below", "1", "--json", stdin=STORY)
    assert {json.loads(line)["stance"] for line in done.stdout.splitlines()} == {"unsure"}
    assert "unsure" in stancekit("read", "-", "--model", model, "--abstain-below", "1", stdin=STORY).stdout
    refused = stancekit("predict", "x", "--model", model, "--abstain-below", "70")
    assert (refused.returncode, "0<=x<=1" in refused.stderr) == (2, True)


def test_evaluate_prints_intervals_and_json(model: Path, frame: Path) -> None:
    text = stancekit("evaluate", model, frame).stdout
    assert "macro_f1" in text
    assert "[" in text
    asked = ("--against", model, "--slice", "length", "--slice", "year")
    data = json.loads(stancekit("evaluate", model, frame, *asked, "--json").stdout)
    assert data["tasks"]["stance"]["metrics"]["macro_f1"]["low"] <= 1
    assert data["against"]["tasks"]["stance"]["only_first"] == 0
    assert list(data["slices"]) == ["length", "year"]


def test_a_frame_from_template_to_trained_model(tmp_path: Path, encoder: Path) -> None:
    folder = tmp_path / "own"
    assert stancekit("frame", "new", folder).returncode == 0
    assert stancekit("frame", "check", folder).returncode == 0
    (folder / "frame.toml").unlink()
    make_frame(folder)
    done = stancekit("train", folder, "--out", tmp_path / "m", "--base", encoder, "--epochs", "1", "--max-length", "64")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"Model: {tmp_path / 'm'}\n"
    for said in ("tiny: 72 training rows", "of them padding", "dev"):
        assert said in done.stderr
    assert (tmp_path / "m" / "stancekit.json").is_file()


def test_export_writes_a_folder_and_refuses_to_write_over_one(model: Path, tmp_path: Path) -> None:
    args = ("export", model, "--to", "onnx", "--head", "sentiment", "-o", tmp_path / "out")
    done = stancekit(*args)
    assert (done.returncode, done.stdout) == (0, f"Exported: {tmp_path / 'out'}\n"), done.stderr
    assert (tmp_path / "out" / "model.onnx").is_file()
    again = stancekit(*args)
    assert (again.returncode, "name a new folder" in again.stderr) == (1, True)


def test_push_without_a_token_is_one_line(model: Path, tmp_path: Path) -> None:
    done = stancekit("push", model, "acme/tiny", HF_HOME=str(tmp_path), HF_TOKEN="")
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot push to acme/tiny without a token; run `hf auth login`")


def test_frame_check_exits_1_on_errors_and_says_what_to_do(tmp_path: Path) -> None:
    folder = make_frame(tmp_path / "own")
    with (folder / "quotes.jsonl").open("a") as handle:
        handle.write('{"id": "x", "text": "other words", "stance": "fro"}\n')
    done = stancekit("frame", "check", folder)
    assert done.returncode == 1
    assert "quotes.jsonl:97: unknown stance 'fro'; known: for, against, neither" in done.stdout
    assert "→ mend them, or add the label to frame.toml" in done.stdout


def test_help_of_train_describes_every_option() -> None:
    from stancekit.training import TrainOptions

    text = stancekit("train", "--help").stdout
    for name in TrainOptions.__struct_fields__:
        assert "--" + name.replace("_", "-") in text


@pytest.mark.parametrize(
    ("args", "stdin", "message"),
    [
        (["read", "gone.txt"], b"", "error: gone.txt: no such file"),
        (["read", "-"], b"", "error: the article is empty"),
        (["read", "-"], b"caf\xe9", "error: standard input: byte 3 (0xe9) is not utf-8"),
        (["read", "-"], b"PNG\0\0", "looks like a binary file"),
        (["predict", "x", "--model", "nope"], b"", "error: no model 'nope'"),
        (["predict", "x", "--model", "acme/nope"], b"", "error: acme/nope: is not (whole) in this machine's cache"),
        (["predict", ""], b"", "error: text 0 is empty"),
        (["predict", "--file", "gone.csv"], b"", "error: gone.csv: no such file"),
        (["train", "nowhere"], b"", "error: nowhere: no frame.toml there"),
        (["train", "us-china", "--epochs", "0"], b"", "train.toml: Expected `float` > 0.0 - at `$.epochs`"),
        (["frame", "check", "nowhere"], b"", "error: nowhere: no frame.toml there"),
    ],
)
def test_bad_input_is_one_line_on_stderr_and_exit_1(model: Path, args: list[str], stdin: bytes, message: str) -> None:
    if args[0] in ("read", "predict") and "--model" not in args:
        args = [*args, "--model", str(model)]
    done = stancekit(*args, stdin=stdin)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_another_encoding_can_be_named(model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("“Wir grüßen,” said Jörg Maß.".encode("cp1252"))
    done = stancekit("read", tmp_path / "a.txt", "--encoding", "cp1252", "--json", "--model", model)
    assert json.loads(done.stdout)["speaker"] == "Jörg Maß"


def test_a_reader_that_goes_away_is_no_traceback(model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("we welcome bread\n" * 20_000)
    command = f"{sys.executable} -m stancekit predict --file {tmp_path / 'a.txt'} --model {model} | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("for")
    assert "Traceback" not in done.stderr
