"""Models on the Hugging Face Hub: fetched when a user names one, pushed when a user says so, never otherwise.

Only the files of a checkpoint folder travel: JSON, TOML, safetensors, ONNX and the card, nothing that could run code.
"""

from __future__ import annotations

import re
from pathlib import Path

from stancekit.errors import HubError, OptionError
from stancekit.model.checkpoint import META, open_checkpoint

FILES = (
    META,
    "frame.toml",
    "config.json",
    "tokenizer.json",
    "model.safetensors",
    "model.onnx",
    "evaluation.json",
    "README.md",
)
_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_CARD = """\
---
library_name: stancekit
pipeline_tag: text-classification
tags:
- stance-detection
---

"""


def is_hub_id(model: str | Path) -> bool:
    """Whether this can only be the name of a model on the Hub.

    A `Path` never is, nor a string whose first part is a folder here: ``models/my-frme`` is a typing error, and no
    reason to ask the network.

    Example:
        >>> is_hub_id("org/name"), is_hub_id("./org/name"), is_hub_id(Path("org/name"))
        (True, False, False)
    """
    return isinstance(model, str) and bool(_ID.fullmatch(model)) and not Path(model).parent.exists()


def fetch(repo: str) -> Path:
    """The folder of a model on the Hub, in the cache of huggingface_hub.

    What the cache has is not fetched again. With HF_HUB_OFFLINE set, or without a network, the cache alone is asked.

    Args:
        repo: ``org/name``.

    Raises:
        HubError: It is not there, not a stancekit model, needs a login, or the Hub cannot be reached.
    """
    from huggingface_hub import snapshot_download

    try:
        # the description first: what is no model of ours may be of any size
        folder = Path(snapshot_download(repo, allow_patterns=[META], library_name="stancekit"))
        if (folder / META).is_file():
            # by commit, so that all files are of one state
            folder = Path(snapshot_download(repo, revision=folder.name, allow_patterns=list(FILES)))
    except Exception as error:  # those of the Hub and of its HTTP library have no common base
        raise _explain(repo, error) from error
    if not (folder / META).is_file():
        raise HubError(f"{repo} is on the Hub, but no stancekit model: it has no {META}")
    return folder


def push_to_hub(model: str | Path, repo: str, *, private: bool = False) -> str:
    """Put a model on the Hub, in one commit; a repository that is not there is made.

    The card gets the Hub's header and the name it has there. The token is that of ``hf auth login`` or HF_TOKEN.

    Args:
        model: A checkpoint folder or a shipped name.
        repo: ``org/name``.
        private: Make the repository private. One that exists and is public is refused then.

    Returns:
        Its address.

    Raises:
        CheckpointError: The model cannot be loaded, or a file of it is damaged.
        OptionError: ``repo`` is not of the form ``org/name``.
        HubError: There is no token, it may not write there, or the Hub cannot be reached.
    """
    from huggingface_hub import CommitOperationAdd, HfApi, get_token

    if not _ID.fullmatch(repo):
        raise OptionError(f"{repo!r} is no name on the Hub; give org/name")
    checkpoint = open_checkpoint(model)
    for name in checkpoint.meta.files:
        checkpoint.file(name)
    files: dict[str, Path | bytes] = {
        name: checkpoint.folder / name for name in FILES if (checkpoint.folder / name).is_file()
    }
    card = (checkpoint.folder / "README.md").read_text("utf-8") if "README.md" in files else ""
    card = card.replace(f'stancekit.load("{checkpoint.meta.name}")', f'stancekit.load("{repo}")')
    files["README.md"] = (card if card.startswith("---\n") else _CARD + card).encode()
    api = HfApi(library_name="stancekit")
    try:
        if get_token() is None:
            raise HubError(
                f"cannot push to {repo} without a token; run `hf auth login`, or set HF_TOKEN to one that may write"
            )
        url = api.create_repo(repo, private=private or None, exist_ok=True)
        if private and not api.repo_info(repo).private:
            raise HubError(f"{repo} exists and is public; nothing was pushed. Make it private there, or name another")
        operations = [CommitOperationAdd(name, content) for name, content in files.items()]
        api.create_commit(repo, operations, commit_message=f"stancekit model {checkpoint.meta.name}")
    except HubError:
        raise
    except Exception as error:
        raise _explain(repo, error) from error
    return str(url)


def _explain(repo: str, error: Exception) -> HubError:
    """What went wrong between here and the Hub, and what to do."""
    from huggingface_hub import constants
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, (LocalEntryNotFoundError, OfflineModeIsEnabled)) and constants.is_offline_mode():
        why = "is not (whole) in this machine's cache, and HF_HUB_OFFLINE is set; nor is it a folder here"
    elif isinstance(error, LocalEntryNotFoundError):
        why = "is not (whole) in this machine's cache, and the Hub cannot be reached; nor is it a folder here"
    elif isinstance(error, GatedRepoError):
        why = "asks for its terms to be accepted; do so on its page, then `hf auth login`"
    elif isinstance(error, RepositoryNotFoundError):
        why = "is not on the Hub, nor a folder here; if it is private, log in with `hf auth login` or HF_TOKEN"
    elif status in (401, 403):
        why = "is not for this token to use; log in with `hf auth login` or HF_TOKEN, with a token that may"
    elif isinstance(error, HFValidationError):
        why = f"is no name on the Hub: {error}"
    elif isinstance(error, HfHubHTTPError):
        why = f"the Hub answered {status}; try again later"
    else:
        first = str(error).strip().splitlines()[:1]
        why = f"the Hub cannot be reached ({first[0] if first else type(error).__name__}); check the network"
    return HubError(f"{repo}: {why}")
