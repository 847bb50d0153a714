"""The engine ray on a local cluster: the rows of the engine local, whatever is killed."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import tiny_rows
from stancekit import OptionError, label
from test_corpus import command, mixed_input, same

pytestmark = pytest.mark.slow
needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs stancekit[ray]")


def on_ray(path: Path, out: Path, model: Path) -> list[str]:
    return [*command(path, out, model), "--engine", "ray"]


def actors(name: str) -> list[int]:
    done = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True)
    return [int(line.split()[0]) for line in done.stdout.splitlines() if f"MapWorker(Map({name}))" in line]


@needs_ray
def test_ray_writes_the_same_files_and_goes_on_with_a_local_run(model: Path, tmp_path: Path) -> None:
    path = mixed_input(tmp_path / "in", 1500)
    subprocess.run(command(path, tmp_path / "whole", model), capture_output=True, check=False)
    out = tmp_path / "out"
    process = subprocess.Popen(command(path, out, model), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (out / "shard-000001.parquet").exists():
        time.sleep(0.002)
    process.kill()
    process.wait()
    done = subprocess.run(on_ray(path, out, model), capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "going on after" in done.stderr
    assert same(out, tmp_path / "whole")


@needs_ray
def test_killed_actors_cost_nothing_but_time(model: Path, tmp_path: Path) -> None:
    path = mixed_input(tmp_path / "in", 6000)
    subprocess.run(command(path, tmp_path / "whole", model), capture_output=True, check=False)
    out = tmp_path / "out"
    process = subprocess.Popen(on_ray(path, out, model), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (out / "shard-000001.parquet").exists():
        time.sleep(0.01)
    assert process.poll() is None
    killed = [*actors("_Extract"), *actors("_Label")]
    assert len(killed) >= 2
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    _, said = process.communicate(timeout=200)
    assert process.returncode == 1, said
    assert same(out, tmp_path / "whole")


@needs_ray
def test_another_model_on_a_node_is_an_error_of_our_tree(model: Path, tmp_path: Path) -> None:
    code = f"""
from stancekit import CheckpointError
from stancekit.corpus.cluster import Cluster
from stancekit.corpus.output import Manifest
from stancekit.corpus.sources import Source
from stancekit.corpus.tables import Columns

source = Source(({str(tmp_path / "a.txt")!r},), "out", Columns(), "utf-8")
new = Manifest({{}}, {{}}, "", {{}}, {{}})
try:
    with Cluster(source, {str(model)!r}, None, "another").labelled(new) as rows:
        next(rows)
except CheckpointError as error:
    print(error)
"""
    (tmp_path / "a.txt").write_text(tiny_rows()[0]["text"])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "not the model that this run began with" in done.stdout, done.stderr


def test_ray_cannot_read_standard_input(model: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="cannot read standard input"):
        label("-", tmp_path / "out", model=model, engine="ray")
