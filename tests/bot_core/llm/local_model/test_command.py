"""`python -m bot_core.llm.local_model` as a person meets it, without the package and the weights."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import types
from pathlib import Path

import pytest

from bot_core.errors import UserError
from bot_core.llm.local_model.server import check_port, server_params, start


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot_core.llm.local_model", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment or None)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_help_names_the_options():
    done = run("--help")
    assert done.returncode == 0
    for option in ("--model", "--port", "--threads", "--slots", "--download-only"):
        assert option in done.stdout


def test_a_taken_port_is_one_line_before_anything_is_downloaded():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = run("--port", str(port))
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: port {port} of 127.0.0.1 is taken")
    assert len(done.stderr.splitlines()) == 1


def test_a_missing_file_is_one_line():
    done = run("--model", "nowhere.gguf", "--port", str(free_port()))
    assert (done.returncode, done.stderr) == (
        2,
        "error: nowhere.gguf: no such file (--model takes the path of a GGUF file)\n",
    )


def test_without_the_package_it_says_make_local_model(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    (path := tmp_path / "model.gguf").write_bytes(b"GGUF")
    with pytest.raises(UserError, match="make local-model"):
        start(path, port=free_port(), threads=1)


def test_a_file_that_llama_cpp_refuses_is_named(tmp_path, monkeypatch):
    def refuse(_params):
        raise RuntimeError("failed to load model")

    fake = types.SimpleNamespace(CommonParams=_params, Server=refuse)
    monkeypatch.setitem(sys.modules, "xllamacpp", fake)
    (path := tmp_path / "notes.gguf").write_bytes(b"hello")
    with pytest.raises(UserError, match=r"notes\.gguf: llama\.cpp cannot load it: failed to load model"):
        start(path, port=free_port(), threads=1)


def test_the_server_listens_on_loopback_only_and_keeps_the_prompt_cache():
    fake = types.SimpleNamespace(CommonParams=_params)
    params = server_params(fake, Path("m.gguf"), port=8089, threads=2, slots=2)
    assert params.hostnames == ["127.0.0.1"]
    assert params.cors_origins == "http://127.0.0.1:8089"
    assert params.cache_prompt is True
    assert params.n_ctx / params.n_parallel >= 4096
    assert (params.sampling.temp, params.cpuparams.n_threads) == (0.0, 2)


@pytest.mark.skipif(importlib.util.find_spec("xllamacpp") is None, reason="needs: make local-model")
def test_the_real_package_has_every_parameter():
    import xllamacpp

    params = server_params(xllamacpp, Path("m.gguf"), port=8089, threads=2, slots=1)
    assert params.model.path == "m.gguf"
    assert params.n_ctx == 8192


def test_a_free_port_is_no_error():
    check_port(free_port())


def _params() -> types.SimpleNamespace:
    names = ("model", "cpuparams", "cpuparams_batch", "sampling")
    return types.SimpleNamespace(**{name: types.SimpleNamespace() for name in names})
