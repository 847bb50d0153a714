"""Files in and out: text with clear errors, and writes that are whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stancekit.errors import DataError


def read_text(path: str | Path, encoding: str = "utf-8") -> str:
    """The text of a file; a byte-order mark is dropped, line ends stay as they are.

    Raises:
        DataError: The file is not there, is not readable, is binary, or is not in this encoding.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise DataError(f"{path}: a folder, not a file") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    return decode(raw, str(path), encoding)


def decode(raw: bytes, source: str, encoding: str = "utf-8") -> str:
    """Decode bytes, or say which byte is wrong and what to do.

    Raises:
        DataError: The bytes are binary or not in this encoding, or there is no such encoding.
    """
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        if b"\0" in raw[:65536]:
            raise DataError(
                f"{source}: byte {raw.index(0)} is zero, so this looks like a binary file, not text. "
                "If it is UTF-16 text, say --encoding utf-16"
            )
        encoding = "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{source}: byte {error.start} (0x{raw[error.start]:02x}) is not {encoding.removesuffix('-sig')}; "
            "if the file is in another encoding, name it, for example --encoding cp1252"
        ) from error
    except LookupError as error:
        raise DataError(f"{source}: there is no encoding called {encoding!r}") from error


def write_bytes(path: str | Path, data: bytes) -> None:
    """Write a file whole or not at all: it takes its name only when everything is on disk.

    A kill or a full disk while writing leaves what was there before.

    Raises:
        DataError: The folder is missing or the disk refuses.
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        temporary = Path(name)
        with os.fdopen(number, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        # mkstemp makes private files; what we write is as public as any other file of the user's
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write a text file in UTF-8 whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def make_folder(path: str | Path) -> None:
    """Make a folder and those above it, where they are missing.

    Raises:
        DataError: It cannot be made.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{path}: no folder can be made there: {error.strerror or error}") from error


@contextmanager
def new_folder(folder: str | Path) -> Iterator[Path]:
    """A folder to write files into that takes its name only when the block ends without an error.

    Raises:
        DataError: There is something of that name already, other than an empty folder, or it cannot be made.
    """
    folder = Path(folder)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise DataError(f"{folder}: there is something already; name a new folder")
    make_folder(folder.parent)
    try:
        staging = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.", suffix=".part"))
    except OSError as error:
        raise DataError(f"{folder}: cannot be made: {error.strerror or error}") from error
    try:
        yield staging
        mask = os.umask(0)
        os.umask(mask)
        staging.chmod(0o777 & ~mask)  # mkdtemp and safetensors make private ones
        for path in staging.iterdir():
            path.chmod(0o666 & ~mask)
        staging.replace(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
