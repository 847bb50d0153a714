"""The behaviour suite: what a model must get right, what must not move it, what must move it and which way.

Minimum-functionality (MFT), invariance (INV) and directional (DIR) tests after CheckList (Ribeiro et al. 2020,
"Beyond Accuracy"). The tests are a file in the frame's folder, `behaviour.toml`, so that any frame may have some:

    [lists]
    city = "Lima|Oslo|Rome"                  # written {city} in a line; {the road|the rail} needs no list

    [bases]
    plain = '''
    We met in {city} and it went well.
    '''

    [[tests]]
    name = "negated praise"
    capability = "negation"
    kind = "MFT"
    cases.against = '''
    I would not call it {wise|helpful}.
    '''

    [[tests]]
    name = "typing of apostrophes"
    capability = "typography"
    kind = "INV"                             # same label, and its probability moves by `within` at most
    base = ["plain"]                         # or lines = '''…''' of its own, or pairs = '''before => after'''
    change = "apostrophes"                   # a name from PERTURBATIONS; `with` holds its words, if it takes any
    within = 0.2

    [[tests]]
    name = "an objection added"
    capability = "concession"
    kind = "DIR"                             # the probability of `up` rises (of `down`: falls) by at least `by`
    base = ["plain"]
    change = "suffix"
    with = [", but we will vote it down."]
    up = "against"
    by = 0.1                                 # or ends within `by` of 1 (of 0); below zero, `by` is a tolerance

One line is one case, or several where it holds `{a|b}`: every combination, the same braces read alike twice in a line.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from stancekit.errors import DataError, FrameError
from stancekit.evaluation.perturb import PERTURBATIONS
from stancekit.evaluation.resampling import Array
from stancekit.frames import Frame, load_frame

FILE = "behaviour.toml"
_SHOWN = 3
_CHOICE = re.compile(r"\{([^{}]*)\}")
_HEADER = re.compile(r"\s*\[\[\s*tests\s*\]\]")
_ARROW = " => "
Kind = Literal["MFT", "INV", "DIR"]
PredictProba = Callable[[list[str]], Array]


@dataclass(frozen=True, slots=True)
class BehaviourCase:
    """One text to judge; `label` for MFT, `before` (the text it was made from) for INV and DIR."""

    text: str
    label: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class BehaviourTest:
    """A test of the file, its lines expanded into cases.

    Attributes:
        name: Unique in the file.
        capability: What it is about; tests of one capability stand together in tables.
        kind: ``MFT``, ``INV`` or ``DIR``.
        cases: In the order of the file.
        within: INV: how far the probability of the label may move.
        label: DIR: the label whose probability has to move.
        sign: DIR: 1 for up, -1 for down.
        by: DIR: the least change in that direction, unless the probability ends within it of the end of the scale;
            below zero, a tolerance.
    """

    name: str
    capability: str
    kind: Kind
    cases: tuple[BehaviourCase, ...]
    within: float = 0.2
    label: str = ""
    sign: int = 1
    by: float = 0.1


@dataclass(frozen=True, slots=True)
class BehaviourFailure:
    """A case that did not pass.

    Attributes:
        text: What was judged.
        before: What it was made from; None for MFT.
        expected: In words.
        got: In words.
    """

    text: str
    before: str | None
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class BehaviourResult:
    """How one test went."""

    name: str
    capability: str
    kind: Kind
    cases: int
    failures: tuple[BehaviourFailure, ...]

    @property
    def pass_rate(self) -> float:
        """Share of cases that passed."""
        return 1 - len(self.failures) / self.cases


@dataclass(frozen=True, slots=True)
class BehaviourReport:
    """What `run_behaviour` gives: the frame's name and a result for each test, in the order of the file."""

    frame: str
    results: tuple[BehaviourResult, ...]

    @property
    def cases(self) -> int:
        """Number of cases in all tests."""
        return sum(result.cases for result in self.results)

    @property
    def pass_rate(self) -> float:
        """Share of all cases that passed."""
        return 1 - sum(len(result.failures) for result in self.results) / self.cases

    @property
    def weakest(self) -> BehaviourResult:
        """The test with the lowest pass rate."""
        return min(self.results, key=lambda result: result.pass_rate)

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold, every failure among them."""
        results = [{**asdict(result), "pass_rate": result.pass_rate} for result in self.results]
        return {"frame": self.frame, "cases": self.cases, "pass_rate": self.pass_rate, "results": results}

    def summary(self) -> str:
        """In a line."""
        return (
            f"{self.pass_rate:.1%} of {self.cases} cases pass in {len(self.results)} tests; "
            f"weakest: {self.weakest.name} ({self.weakest.pass_rate:.1%})"
        )

    def __str__(self) -> str:
        width = max(len(result.name) for result in self.results)
        lines = [f"{self.frame}: {self.summary()}", f"{'test':<{width}}  kind  cases  pass rate"]
        for result in self.results:
            lines.append(f"{result.name:<{width}}  {result.kind}  {result.cases:>6}  {result.pass_rate:>9.1%}")
        for result in self.results:
            for failure in result.failures[:_SHOWN]:
                lines += [f"{result.name}: {failure.text}", f"    expected {failure.expected}, got {failure.got}"]
        return "\n".join(lines)

    def to_markdown(self, examples: int = 1) -> str:
        """The table for a model card, then up to ``examples`` failed cases of each test."""
        lines = ["| capability | test | kind | cases | pass rate |", "| --- | --- | --- | ---: | ---: |"]
        for r in self.results:
            lines.append(f"| {_cell(r.capability)} | {_cell(r.name)} | {r.kind} | {r.cases} | {r.pass_rate:.1%} |")
        lines.append(f"| **all** | {len(self.results)} tests | | {self.cases} | **{self.pass_rate:.1%}** |")
        failed = [(r.name, failure) for r in self.results for failure in r.failures[:examples]]
        if failed:
            lines += ["", "Some of what fails:", ""]
            lines += [
                f"- {name}: “{' '.join(f.text.split())}” – expected {f.expected}, got {f.got}" for name, f in failed
            ]
        return "\n".join(lines) + "\n"


def run_behaviour(predict_proba: PredictProba, frame: Frame | str | Path) -> BehaviourReport:
    """Run a frame's behaviour suite on a model.

    Args:
        predict_proba: Takes a list of texts and gives their probabilities, (texts, labels), columns in the frame's
            order: `Classifier.predict_proba`, or any function like it. It is called once.
        frame: A frame, its folder or the name of a shipped one.

    Raises:
        FrameError: The frame has no behaviour file, or one that cannot be used.
        DataError: ``predict_proba`` gave an array of another shape.

    Example:
        >>> undecided = lambda texts: np.full((len(texts), 3), 1 / 3)
        >>> report = run_behaviour(undecided, "us-china")
        >>> next(r.pass_rate for r in report.results if r.kind == "INV")
        1.0
    """
    loaded = frame if isinstance(frame, Frame) else load_frame(frame)
    tests = read_behaviour(loaded)
    cases = [case for test in tests for case in test.cases]
    texts = list(dict.fromkeys(text for case in cases for text in (case.before, case.text) if text is not None))
    probabilities = np.asarray(predict_proba(texts))
    if probabilities.shape != (len(texts), len(loaded.labels)):
        raise DataError(
            f"predict_proba gave an array of shape {probabilities.shape} for {len(texts)} texts and "
            f"{len(loaded.labels)} labels; want one row a text and one column a label"
        )
    known = dict(zip(texts, probabilities, strict=True))
    results = []
    for test in tests:
        failures = tuple(f for case in test.cases if (f := _failure(test, case, known, loaded.label_names)) is not None)
        results.append(BehaviourResult(test.name, test.capability, test.kind, len(test.cases), failures))
    return BehaviourReport(loaded.name, tuple(results))


def _failure(
    test: BehaviourTest, case: BehaviourCase, known: Mapping[str, Array], labels: Sequence[str]
) -> BehaviourFailure | None:
    after = known[case.text]
    label = labels[int(after.argmax())]
    if case.before is None:
        passed, expected, got = label == case.label, str(case.label), f"{label} {after.max():.2f}"
    elif test.kind == "INV":
        before = known[case.before]
        place = int(before.argmax())
        passed = labels[place] == label and abs(float(after[place] - before[place])) <= test.within
        expected, got = f"{labels[place]} {before[place]:.2f} as before", f"{label} {after.max():.2f}"
    else:
        place = labels.index(test.label)
        old, new = float(known[case.before][place]), float(after[place])
        end = 1 - new if test.sign > 0 else new  # what is left to the end of the scale
        passed = test.sign * (new - old) >= test.by or end <= test.by
        expected, got = f"{test.label} {'up' if test.sign > 0 else 'down'} from {old:.2f}", f"{new:.2f}"
    return None if passed else BehaviourFailure(case.text, case.before, expected, got)


class _TestTable(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    capability: str
    kind: Kind
    cases: dict[str, str] = {}
    base: list[str] = []
    lines: str = ""
    pairs: str = ""
    change: str = ""
    words: list[str] = msgspec.field(default_factory=list, name="with")
    within: float = 0.2
    up: str = ""
    down: str = ""
    by: float = 0.1


class _BehaviourFile(msgspec.Struct, forbid_unknown_fields=True):
    tests: list[dict[str, Any]]
    lists: dict[str, str] = {}
    bases: dict[str, str] = {}


def read_behaviour(frame: Frame | str | Path) -> tuple[BehaviourTest, ...]:
    """Read a frame's `behaviour.toml` and write out its cases.

    Raises:
        FrameError: The file is missing, is not TOML, or a test in it cannot be used; the message names test and line.
    """
    loaded = frame if isinstance(frame, Frame) else load_frame(frame)
    path = loaded.folder / FILE if loaded.folder else None
    if path is None or not path.is_file():
        raise FrameError(f"{path or loaded.name}: no behaviour suite; write {FILE} beside frame.toml")
    try:
        text = path.read_text(encoding="utf-8")
        file = msgspec.convert(tomllib.loads(text), _BehaviourFile)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise FrameError(f"{path}: {error}") from error
    return tuple(_Reader(str(path), text, file, loaded.label_names).tests())


class _Reader:
    """Turns the tables of one file into tests; knows the file's text, to say in which line something is wrong."""

    def __init__(self, source: str, text: str, file: _BehaviourFile, labels: Sequence[str]) -> None:
        self._source = source
        self._text = text.splitlines()
        self._file = file
        self._labels = labels
        self._start, self._name = 1, ""

    def tests(self) -> Iterator[BehaviourTest]:
        """The tests in order."""
        starts = [number for number, line in enumerate(self._text, 1) if _HEADER.match(line)]
        starts += [1] * (len(self._file.tests) - len(starts))
        if not self._file.tests:
            raise FrameError(f"{self._source}: no [[tests]] in it")
        seen: set[str] = set()
        for start, raw in zip(starts, self._file.tests, strict=False):
            self._start, self._name = start, str(raw.get("name", "(no name)"))
            try:
                table = msgspec.convert(raw, _TestTable)
            except msgspec.ValidationError as error:
                raise self._error(str(error)) from error
            if table.name in seen:
                raise self._error("the name is used twice")
            seen.add(table.name)
            yield self._test(table)

    def _test(self, table: _TestTable) -> BehaviourTest:
        cases = self._labelled(table) if table.kind == "MFT" else self._changed(table)
        if not cases:
            raise self._error(
                "it has no cases" + (f"; {table.change!r} changes none of its lines" if table.change else "")
            )
        if twice := next((case.text for case, n in Counter(cases).items() if n > 1), None):
            raise self._error(f"the same case twice: {twice!r}")
        directions = [label for label in (table.up, table.down) if label]
        if len(directions) != (table.kind == "DIR"):
            raise self._error("a DIR test, and no other, says up = or down = with a label, one of them")
        for label in directions:
            self._check_label(label)
        label, sign = (table.up, 1) if table.up else (table.down, -1)
        return BehaviourTest(
            table.name, table.capability, table.kind, tuple(cases), table.within, label, sign, table.by
        )

    def _labelled(self, table: _TestTable) -> list[BehaviourCase]:
        if table.base or table.lines or table.pairs or table.change:
            raise self._error("an MFT test takes cases.LABEL = '''…''' and no base, lines, pairs or change")
        for label in table.cases:
            self._check_label(label)
        return [BehaviourCase(t, label=label) for label, text in table.cases.items() for t in self._expanded(text)]

    def _changed(self, table: _TestTable) -> list[BehaviourCase]:
        if table.cases or sum(map(bool, (table.base, table.lines, table.pairs))) != 1:
            raise self._error(f"an {table.kind} test takes one of base, lines and pairs, and no cases")
        if table.pairs:
            if table.change:
                raise self._error("pairs are changed by hand already; leave out change")
            return self._pairs(table.pairs)
        if table.change not in PERTURBATIONS:
            raise self._error(f"no change is called {table.change!r}; there are: {', '.join(PERTURBATIONS)}")
        if missing := [name for name in table.base if name not in self._file.bases]:
            raise self._error(f"no [bases] entry is called {missing[0]!r}")
        change = PERTURBATIONS[table.change]
        texts = self._expanded(table.lines or "\n".join(self._file.bases[name] for name in table.base))
        made = [BehaviourCase(new, before=text) for text in texts for new in change(text, table.words) if new != text]
        return list(dict.fromkeys(made))

    def _pairs(self, text: str) -> list[BehaviourCase]:
        for line in filter(None, map(str.strip, text.splitlines())):
            if line.count(_ARROW) != 1:
                raise self._error(f"a pair is written 'before{_ARROW}after'", line)
        pairs = [pair.split(_ARROW) for pair in self._expanded(text)]
        return [BehaviourCase(after.strip(), before=before.strip()) for before, after in pairs]

    def _expanded(self, text: str) -> list[str]:
        out = []
        for line in filter(None, map(str.strip, text.splitlines())):
            choices = list(dict.fromkeys(_CHOICE.findall(line)))
            for choice in choices:
                if "|" not in choice and choice not in self._file.lists:
                    raise self._error(f"no [lists] entry is called {choice!r}", line)
            options = [self._file.lists.get(choice, choice).split("|") for choice in choices]
            for picked in itertools.product(*options):
                filled = line
                for choice, part in zip(choices, picked, strict=True):
                    filled = filled.replace(f"{{{choice}}}", part)
                if "{" in filled or "}" in filled:
                    raise self._error("a brace without its partner", line)
                out.append(filled)
        return out

    def _check_label(self, label: str) -> None:
        if label not in self._labels:
            raise self._error(f"{label!r} is no label of the frame; it has: {', '.join(self._labels)}")

    def _error(self, what: str, line: str | None = None) -> FrameError:
        number = next((n for n, raw in enumerate(self._text, 1) if n > self._start and raw.strip() == line), None)
        where = f"{self._source}, line {number or self._start}, test {self._name!r}"
        return FrameError(f"{where}: {what}" + (f" in {line!r}" if line else ""))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
