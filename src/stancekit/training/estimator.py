"""The training as a scikit-learn estimator."""

from __future__ import annotations

import hashlib
import inspect
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_consistent_length
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from stancekit.data import near_duplicates, new_folder, write_bytes, write_quotes
from stancekit.errors import DataError, OptionError
from stancekit.inference import Classifier, load
from stancekit.model.checkpoint import Floats
from stancekit.records import MIXED, UNSURE, LabelledQuote
from stancekit.training import TrainOptions, train

# texts and labels are all there is: no quote around a text, no second reader, no tone
_WITHOUT: dict[str, Any] = {"context": 0.0, "second_label": 0.0, "sentiment_weight": 0.0}
_DEFAULTS: dict[str, Any] = {
    name: getattr(TrainOptions(), name) for name in TrainOptions.__struct_fields__ if name not in _WITHOUT
}
_NAME = re.compile(r"[A-Za-z0-9_-]+")  # a label that can be a key of frame.toml as it is
_DEV = 8  # one group in so many is set aside for early stopping and calibration


class InputError(DataError, ValueError):
    """What scikit-learn expects a ValueError for: texts or labels that cannot be used."""


class StanceClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Fine-tunes an encoder on texts and labels, for `cross_val_score`, `Pipeline` and `GridSearchCV`.

    It is `stancekit.train` on a temporary folder. An eighth of the texts of each label is set aside for early stopping
    and calibration, nearly equal texts together. The labels may be strings, numbers or booleans. Contexts, second
    labels and sentiment need a table or a frame, so `stancekit.train`.

    Args:
        **options: Those of `TrainOptions` but ``context``, ``second_label`` and ``sentiment_weight``; ``seed`` stands
            for scikit-learn's ``random_state``.

    Attributes:
        classes_: The labels, sorted; columns of `predict_proba`.

    Raises:
        OptionError: There is no such option; whether its value can be used is seen by `fit`.

    Example:
        >>> StanceClassifier(epochs=3)
        StanceClassifier(epochs=3)
        >>> StanceClassifier(epochs=3).get_params()["batch_size"]
        32
    """

    def __init__(self, **options: Any) -> None:
        unknown = sorted(options.keys() - _DEFAULTS.keys())
        if unknown:
            raise OptionError(f"no option {', '.join(unknown)}; there is: {', '.join(_DEFAULTS)}")
        for name, default in _DEFAULTS.items():
            setattr(self, name, options.get(name, default))

    # scikit-learn reads the parameters off the signature; it is written once, in TrainOptions
    __init__.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD),
            *(inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=d) for n, d in _DEFAULTS.items()),
        ]
    )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.input_tags.string = True
        return tags

    def fit(self, X: Iterable[str], y: Iterable[Any]) -> Self:
        """Train on texts and their labels.

        Args:
            X: Texts: a list, an array, a Series, or a table of one column.
            y: As many labels, of two classes or more.

        Raises:
            InputError: A text is empty or not a string, the labels do not fit, or are too few to set any aside.
            OptionError: An option cannot be used; names it. Both are a ValueError, too.
            EncoderError: The encoder cannot be loaded.
        """
        if y is None:
            raise InputError("requires y to be passed, but the target y is None")
        texts = _texts(X)
        labels = column_or_1d(y, warn=True)
        check_consistent_length(texts, labels)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(
                f"one class alone, {str(self.classes_[0])!r}, is nothing to learn; give labels of two or more"
            )
        names = _names(self.classes_)
        rows = [
            LabelledQuote(id=str(place), text=text, stance=names[code], source=f"text {place}")
            for place, (text, code) in enumerate(zip(texts, codes, strict=True))
        ]
        options = {name: _plain(value) for name, value in self.get_params(deep=False).items()}
        with tempfile.TemporaryDirectory(prefix="stancekit-") as folder:
            table = Path(folder, "classifier.jsonl")
            write_quotes(table, _with_dev(rows))
            model = train(table, Path(folder, "model"), **(options | _WITHOUT))
            # in memory, so that a fitted estimator can be copied and sent to another process
            self._files = {path.name: path.read_bytes() for path in model.iterdir()}
        self._classifier = self._open()
        order = self._classifier.frame.label_names
        self._columns = [order.index(name) for name in names]
        return self

    def predict_proba(self, X: Iterable[str]) -> Floats:
        """Calibrated probabilities, (texts, classes).

        Raises:
            NotFittedError: `fit` was not called.
            InputError: A text is empty or not a string.
        """
        check_is_fitted(self)
        if "_classifier" not in vars(self):  # it was copied, or came from another process
            self._classifier = self._open()
        return self._classifier.predict_proba(_texts(X))[:, self._columns]

    def predict(self, X: Iterable[str]) -> np.ndarray[Any, Any]:
        """The most probable class of each text.

        Raises:
            NotFittedError: `fit` was not called.
            InputError: A text is empty or not a string.
        """
        best = self.predict_proba(X).argmax(1)
        return np.asarray(self.classes_[best])

    def save(self, folder: str | Path) -> Path:
        """Write the model as a checkpoint folder, for `stancekit.load` and everything that takes a model.

        Raises:
            NotFittedError: `fit` was not called.
            DataError: The folder holds something already.
        """
        check_is_fitted(self)
        with new_folder(folder) as staging:
            self._write(staging)
        return Path(folder)

    def _open(self) -> Classifier:
        with tempfile.TemporaryDirectory(prefix="stancekit-") as folder:
            self._write(Path(folder))
            return load(folder, device=None if self.device == "auto" else self.device)

    def _write(self, folder: Path) -> None:
        for name, content in self._files.items():
            write_bytes(folder / name, content)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__getstate__().items() if name != "_classifier"}


def _texts(X: Iterable[str]) -> list[str]:
    """Texts of a list, an array, a Series or a table of one column."""
    if isinstance(X, str):
        raise InputError("one string, where a list of texts is wanted")
    shape = getattr(X, "shape", None)
    if shape is not None and len(shape) != 1:
        if len(shape) != 2 or shape[1] != 1:
            raise InputError(f"texts of shape {shape}; give one column: a list, an array of one dimension or a Series")
        X = np.asarray(X)[:, 0]
    values: Sequence[Any] = list(X)
    if not values:
        raise InputError("0 texts, where at least one is wanted")
    for place, value in enumerate(values):
        if not isinstance(value, str):
            raise InputError(f"text {place} is {type(value).__name__}, not a string")
        if not value.strip():
            raise InputError(f"text {place} is empty; leave empty texts out")
    return [str(value) for value in values]


def _names(classes: Iterable[Any]) -> list[str]:
    """What the classes are called in the frame: as they are where that can be, else by number."""
    names = [str(label) for label in classes]
    if all(_NAME.fullmatch(name) and name not in (MIXED, UNSURE) for name in names):
        return names
    return [f"label-{place}" for place in range(len(names))]


def _plain(value: Any) -> Any:
    """A parameter grid may hold numpy's numbers."""
    return value.item() if isinstance(value, np.generic) else value


def _with_dev(rows: Sequence[LabelledQuote]) -> list[LabelledQuote]:
    """Set an eighth of each label aside, texts that are nearly equal together.

    Raises:
        InputError: No label has texts enough.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    place = {row.id: number for number, row in enumerate(rows)}
    first: dict[str, int] = {}
    links = [(number, first.setdefault(" ".join(r.text.casefold().split()), number)) for number, r in enumerate(rows)]
    links += [(place[a.id], place[b.id]) for a, b, _ in near_duplicates(rows)]
    ends = np.array(links).T
    _, group = connected_components(
        coo_array((np.ones(len(links)), ends), shape=(len(rows), len(rows))), directed=False
    )
    groups: dict[int, list[LabelledQuote]] = {}
    for number, row in zip(group.tolist(), rows, strict=True):
        groups.setdefault(number, []).append(row)
    room = Counter(row.stance for row in rows)
    for label, count in room.items():
        room[label] = max(count // _DEV, int(count >= 4))
    aside: set[str] = set()
    for members in sorted(groups.values(), key=_by_hash):
        asked = Counter(row.stance for row in members)
        if all(room[label] >= count for label, count in asked.items()):
            room.subtract(asked)
            aside.update(row.id for row in members)
    if not aside:
        raise InputError(
            "too few texts: some are set aside for early stopping and calibration, "
            "for which a label needs at least 4 that are not nearly equal"
        )
    return [
        replace(row, split="dev" if row.id in aside else "train", group=f"g{number}")
        for number, row in zip(group.tolist(), rows, strict=True)
    ]


def _by_hash(rows: Sequence[LabelledQuote]) -> bytes:
    return min(hashlib.sha256(row.text.encode("utf-8", "surrogatepass")).digest() for row in rows)
