"""The public face: names, and what importing costs."""

import subprocess
import sys

import pytest

import stancekit

HEAVY = ("torch", "transformers", "datasets", "sklearn", "onnxruntime", "scipy", "pandas", "pyarrow", "rich", "numpy")


def run_fresh(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_all_is_sorted_and_equals_what_can_be_imported() -> None:
    assert list(stancekit.__all__) == sorted(stancekit.__all__)
    assert set(stancekit.__all__) == set(stancekit._HOME_OF)
    for name in stancekit.__all__:
        assert getattr(stancekit, name) is not None


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = stancekit.nothing


@pytest.mark.parametrize("use", ["", "stancekit.extract_quotes('“We will talk,” she said.')", "stancekit.Quote"])
def test_importing_and_extracting_quotes_bring_in_nothing_heavy(use: str) -> None:
    code = f"import sys, stancekit\n{use}\nprint([m for m in {HEAVY} if m in sys.modules])"
    assert run_fresh(code).strip() == "[]"


@pytest.mark.parametrize(
    "package", ["stancekit.quotes", "stancekit.inference", "stancekit.corpus", "stancekit.cli", "stancekit.training"]
)
def test_importing_a_room_brings_in_no_torch_transformers_datasets_or_sklearn(package: str) -> None:
    code = f"import sys, {package}\nprint([m for m in {HEAVY[:4]} if m in sys.modules])"
    assert run_fresh(code).strip() == "[]"


def test_importing_takes_under_60_milliseconds() -> None:
    code = "import time; t = time.perf_counter(); import stancekit; print(time.perf_counter() - t)"
    assert min(float(run_fresh(code)) for _ in range(3)) < 0.06
