"""The Hub, here a server in this process: fetching a model, pushing one, and every way that can fail."""

import base64
import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import stancekit
from stancekit import CheckpointError, HubError, OptionError
from stancekit.model.hub import FILES, is_hub_id

TEXTS = ["we welcome bread", "we oppose the farm"]


class StandIn(ThreadingHTTPServer):
    """What of the Hub's interface is used: repositories as names with files."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.private: set[str] = set()
        self.asked: list[str] = []
        self.writes = True

    def commit(self, repo: str) -> str:
        state = b"".join(name.encode() + content for name, content in sorted(self.repositories[repo].items()))
        return hashlib.sha1(state).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    server: StandIn

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, status: int, body: Any = None, content: bytes | None = None, **headers: str) -> None:
        data = content if content is not None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def do_GET(self) -> None:
        hub, path = self.server, self.path.partition("?")[0]
        hub.asked.append(path)
        parts = path.removeprefix("/api/models").strip("/").split("/")
        repo = "/".join(parts[:2])
        if repo not in hub.repositories:
            self.answer(404, {"error": "Repository not found"}, X_Error_Code="RepoNotFound")
            return
        files = hub.repositories[repo]
        if not path.startswith("/api/"):
            name = "/".join(parts[4:])
            etag = f'"{hashlib.sha1(files[name]).hexdigest()}"'
            self.answer(200, content=files[name], ETag=etag, X_Repo_Commit=hub.commit(repo))
        elif parts[2:3] == ["tree"]:
            tree = [
                {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
                for name, content in files.items()
            ]
            self.answer(200, tree)
        else:
            self.answer(200, {"id": repo, "sha": hub.commit(repo), "private": repo in hub.private, "siblings": []})

    do_HEAD = do_GET

    def do_POST(self) -> None:
        hub, path = self.server, self.path.partition("?")[0]
        hub.asked.append(path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        repo = "/".join(path.removeprefix("/api/models/").split("/")[:2])
        if path == "/api/validate-yaml":
            self.answer(200, {"errors": [], "warnings": []})
        elif not hub.writes:
            self.answer(403, {"error": "You don't have the rights"})
        elif path == "/api/repos/create":
            asked = json.loads(body)
            repo = f"{asked['organization']}/{asked['name']}" if asked.get("organization") else asked["name"]
            status = 409 if repo in hub.repositories else 200
            hub.repositories.setdefault(repo, {})
            if (asked.get("private") or asked.get("visibility") == "private") and status == 200:
                hub.private.add(repo)
            self.answer(status, {"url": f"http://{self.headers['Host']}/{repo}"})
        elif "/preupload/" in path:
            names = [file["path"] for file in json.loads(body)["files"]]
            self.answer(200, {"files": [{"path": n, "uploadMode": "regular", "shouldIgnore": False} for n in names]})
        else:
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    hub.repositories[repo][line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            self.answer(200, {"commitUrl": f"http://{self.headers['Host']}/{repo}/commit/x", "commitOid": "x"})


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A stand-in for the Hub, an empty cache and a token."""
    from huggingface_hub import constants

    server = StandIn()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    here = f"http://127.0.0.1:{server.server_port}"
    template = constants.HUGGINGFACE_CO_URL_TEMPLATE.removeprefix(constants.ENDPOINT)
    monkeypatch.setattr(constants, "ENDPOINT", here)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", here + template)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def pushed(hub: StandIn, model: Path) -> StandIn:
    """The stand-in with a model, and beside it files that have no business here."""
    files = {path.name: path.read_bytes() for path in model.iterdir()}
    hub.repositories["acme/tiny"] = {**files, "evil.py": b"raise SystemExit", "weights.pkl": b"cos\nsystem"}
    return hub


def test_a_model_that_is_named_is_fetched_and_predicts_the_same(pushed: StandIn, model: Path) -> None:
    assert stancekit.load("acme/tiny", device="cpu").predict(TEXTS) == stancekit.load(model, device="cpu").predict(
        TEXTS
    )


def test_only_the_files_of_a_checkpoint_are_fetched(pushed: StandIn) -> None:
    folder = stancekit.load("acme/tiny", device="cpu").checkpoint.folder
    assert {path.name for path in folder.iterdir()} == set(FILES)
    assert not any(name in path for path in pushed.asked for name in ("evil", "pkl"))


def test_offline_the_cache_is_enough(pushed: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    stancekit.load("acme/tiny", device="cpu")
    asked = len(pushed.asked)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert stancekit.load("acme/tiny", device="cpu").predict(TEXTS[0]).stance == "for"
    assert len(pushed.asked) == asked


def test_a_second_load_fetches_no_file_again(pushed: StandIn) -> None:
    stancekit.load("acme/tiny", device="cpu")
    pushed.asked.clear()
    stancekit.load("acme/tiny", device="cpu")
    assert not any("/resolve/" in path for path in pushed.asked)


def test_offline_without_a_cache_says_so(pushed: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match=r"is not .* cache, and HF_HUB_OFFLINE is set; nor is it a folder here"):
        stancekit.load("acme/tiny")
    assert pushed.asked == []


def test_a_hub_out_of_reach_says_so(hub: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubError, match="the Hub cannot be reached; nor is it a folder"):
        stancekit.load("acme/tiny")


def test_a_name_that_is_not_there_says_so(hub: StandIn) -> None:
    with pytest.raises(HubError, match="acme/gone: is not on the Hub, nor a folder here; if it is private, log in"):
        stancekit.load("acme/gone")


def test_another_kind_of_model_is_refused_before_its_weights_are_fetched(hub: StandIn) -> None:
    hub.repositories["acme/other"] = {"config.json": b"{}", "model.safetensors": b"much"}
    with pytest.raises(HubError, match=r"acme/other is on the Hub, but no stancekit model: it has no stancekit\.json"):
        stancekit.load("acme/other")
    assert not any("/resolve/" in path for path in hub.asked)


def test_a_file_damaged_on_the_way_is_noticed(pushed: StandIn) -> None:
    content = bytearray(pushed.repositories["acme/tiny"]["model.onnx"])
    content[len(content) // 2] ^= 1
    pushed.repositories["acme/tiny"]["model.onnx"] = bytes(content)
    with pytest.raises(CheckpointError, match=r"model\.onnx: damaged"):
        stancekit.load("acme/tiny", device="cpu")


@pytest.mark.parametrize("name", ["./acme/tiny", "acme", "a/b/c", "/acme/tiny", "../tiny", "acme/", "acme\\tiny", ""])
def test_what_is_no_hub_name_asks_no_network(hub: StandIn, name: str) -> None:
    with pytest.raises(CheckpointError, match="no (model|stancekit.json)"):
        stancekit.load(name)
    assert hub.asked == []


def test_a_mistyped_path_asks_no_network(hub: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    with pytest.raises(
        CheckpointError, match="no such folder .not looked for on the Hub, because 'models' is a folder"
    ):
        stancekit.load("models/tny")
    with pytest.raises(CheckpointError, match="no such folder"):
        stancekit.load(Path("other/tny"))
    assert hub.asked == []
    assert not is_hub_id("models/tny")


def test_what_was_pushed_can_be_loaded_and_its_card_has_the_hubs_header(hub: StandIn, model: Path) -> None:
    url = stancekit.push_to_hub(model, "acme/new")
    assert url.endswith("/acme/new")
    assert set(hub.repositories["acme/new"]) == set(FILES)
    assert hub.private == set()
    card = hub.repositories["acme/new"]["README.md"].decode()
    assert card.startswith("---\nlibrary_name: stancekit\n")
    assert 'stancekit.load("acme/new")' in card
    assert stancekit.load("acme/new", device="cpu").predict(TEXTS[0]).stance == "for"


def test_private_means_private_also_where_the_repository_is_there_already(hub: StandIn, model: Path) -> None:
    stancekit.push_to_hub(model, "acme/mine", private=True)
    stancekit.push_to_hub(model, "acme/mine", private=True)
    assert hub.private == {"acme/mine"}
    hub.repositories["acme/open"] = {}
    with pytest.raises(HubError, match="acme/open exists and is public; nothing was pushed"):
        stancekit.push_to_hub(model, "acme/open", private=True)
    assert hub.repositories["acme/open"] == {}


def test_pushing_without_a_token_says_how_to_get_one(
    hub: StandIn, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(HubError, match="without a token; run `hf auth login`, or set HF_TOKEN"):
        stancekit.push_to_hub(model, "acme/new")
    assert hub.asked == []


def test_a_token_that_may_not_write_says_so(hub: StandIn, model: Path) -> None:
    hub.writes = False
    with pytest.raises(HubError, match="acme/new: is not for this token to use"):
        stancekit.push_to_hub(model, "acme/new")


def test_a_damaged_model_is_not_pushed(hub: StandIn, model: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(model, tmp_path / "copy"))
    (copy / "model.safetensors").write_bytes(b"cut")
    with pytest.raises(CheckpointError, match=r"model\.safetensors: damaged"):
        stancekit.push_to_hub(copy, "acme/new")
    assert hub.asked == []


@pytest.mark.parametrize("repo", ["name", "a/b/c", "acme/..", "", "acme/na me", "https://example.org/x"])
def test_a_name_the_hub_cannot_have_is_refused(hub: StandIn, model: Path, repo: str) -> None:
    with pytest.raises(OptionError, match="is no name on the Hub; give org/name"):
        stancekit.push_to_hub(model, repo)
    assert hub.asked == []
