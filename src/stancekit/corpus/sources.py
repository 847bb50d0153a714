"""From paths to blocks of articles, lazily and always in the same order."""

from __future__ import annotations

import codecs
import glob
import hashlib
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stancekit.corpus.parts import BLOCK, Block, Raw
from stancekit.corpus.tables import Columns, read_rows, storable
from stancekit.errors import DataError, OptionError

_KINDS = {
    ".txt": "txt",
    ".html": "html",
    ".htm": "html",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
}
_KNOWN = ".txt, .html, .jsonl, .csv, .tsv or .parquet, or one of these with .gz"


@dataclass(frozen=True, slots=True)
class Found:
    """An input file: its path as given, its kind, and what `os.stat` says of it."""

    name: str
    kind: str
    size: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What the input was: enough to see that it has changed, without reading it."""

    files: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """The input of a run.

    Attributes:
        paths: Files, folders, globs, or ``-`` for articles as jsonl on standard input.
        out: The output folder, which is never read.
        columns: Of tables.
        encoding: Of text files.
    """

    paths: tuple[str, ...]
    out: str
    columns: Columns
    encoding: str

    def __post_init__(self) -> None:
        if not self.paths:
            raise OptionError("nothing to label; give files, folders or globs, or - for standard input")
        if self.stdin and len(self.paths) > 1:
            raise OptionError("standard input (-) cannot be mixed with files")
        try:
            codecs.lookup(self.encoding)
        except LookupError as error:
            raise OptionError(f"there is no encoding called {self.encoding!r}") from error

    @property
    def stdin(self) -> bool:
        """Whether articles come from standard input."""
        return "-" in self.paths

    def files(self) -> Iterator[Found]:
        """The input files: paths in the order given, folders and globs sorted by name.

        Raises:
            DataError: A path is not there or of an unknown kind, or a folder cannot be read.
        """
        out = os.path.realpath(self.out)
        for path in self.paths:
            if path == "-":
                yield Found("-", "jsonl")
                continue
            # pathlib's glob takes no absolute pattern
            given = [path] if os.path.lexists(path) else sorted(glob.glob(path, recursive=True))  # noqa: PTH207
            if not given:
                raise DataError(f"{path}: no such file or folder, and no file matches it")
            for name in given:
                if Path(name).is_dir():
                    yield from _folder(name, out)
                elif kind := _kind(name):
                    yield _found(name, kind)
                elif name == path:  # what a glob matches besides is left alone, as in a folder
                    raise DataError(f"{name}: cannot read this kind of file; give {_KNOWN}")

    def fingerprint(self) -> Fingerprint:
        """Names, sizes and times of all files; of standard input only that it is.

        Raises:
            DataError: There is nothing to read.
        """
        files = size = 0
        digest = hashlib.sha256()
        for found in self.files():
            files += 1
            size += found.size
            digest.update(f"{found.name}\0{found.size}\0{found.changed}\n".encode("utf-8", "surrogateescape"))
        if not files:
            raise DataError(f"{', '.join(self.paths)}: nothing to label there; give {_KNOWN}")
        return Fingerprint(files, size, digest.hexdigest())

    def blocks(self) -> Iterator[Block]:
        """All articles in blocks. The second article of an id is one with an error.

        Raises:
            DataError: A path has gone since the run began.
        """
        seen = _Seen()
        digest = hashlib.sha256()
        articles = self._articles()
        while part := list(itertools.islice(articles, BLOCK)):
            raws = []
            for raw, _ in part:
                if self.stdin:
                    digest.update(f"{raw.id}\0{raw.text}\0{raw.error}\n".encode())
                if seen.add(raw.id):
                    raws.append(raw)
                else:
                    raws.append(Raw(raw.id, raw.source, error="an earlier article has the same id"))
            yield Block(tuple(raws), part[-1][1], digest.hexdigest() if self.stdin else "")

    def _articles(self) -> Iterator[tuple[Raw, int]]:
        """Each article with the bytes of the whole input that lie behind it."""
        behind = 0
        for found in self.files():
            if found.kind in ("txt", "html"):
                name = storable(found.name)
                yield Raw(name, name, path=found.name, kept=(None,) * len(self.columns.keep)), behind + found.size
            else:
                try:
                    for raw, position in read_rows(found.name, found.kind, self.columns, self.encoding):
                        yield raw, behind + position
                except DataError as error:
                    name = "stdin" if found.name == "-" else storable(found.name)
                    yield Raw(name, name, error=storable(str(error))), behind + found.size
            behind += found.size


class _Seen:
    """The ids there were, as 64-bit hashes: 8 bytes an article, where a set of strings would take a hundred."""

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._runs: list[np.ndarray] = []  # sorted; each at least twice as long as the next

    def add(self, name: str) -> bool:
        """Take an id in; False if it was there already."""
        value = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())
        if value in self._recent:
            return False
        key = np.uint64(value)
        for run in self._runs:
            place = int(np.searchsorted(run, key))
            if place < len(run) and run[place] == key:
                return False
        self._recent.add(value)
        if len(self._recent) == 1 << 16:
            new = np.sort(np.fromiter(self._recent, np.uint64, len(self._recent)))
            self._recent.clear()
            while self._runs and len(self._runs[-1]) < 2 * len(new):
                new = np.sort(np.concatenate([self._runs.pop(), new]))
            self._runs.append(new)
        return True


def _kind(name: str) -> str | None:
    stem = name.lower().removesuffix(".gz")
    return _KINDS.get(Path(stem).suffix)


def _found(name: str, kind: str) -> Found:
    try:
        status = Path(name).stat()
    except OSError as error:
        raise DataError(f"{name}: cannot be read: {error.strerror}") from error
    return Found(Path(name).as_posix(), kind, status.st_size, status.st_mtime_ns)


def _folder(folder: str, out: str) -> Iterator[Found]:
    """The files under a folder; hidden ones, links to folders and the output are left out."""
    if os.path.realpath(folder) == out:
        return
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise DataError(f"{folder}: cannot be read: {error.strerror}") from error
    for entry in listed:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _folder(entry.path, out)
        elif (kind := _kind(entry.name)) and entry.is_file():
            yield _found(entry.path, kind)
