"""Serve a GGUF file with llama.cpp (xllamacpp) on loopback, in OpenAI's wire format."""

from __future__ import annotations

import signal
import socket
import threading
from pathlib import Path
from typing import Any

from bot_core.errors import UserError
from bot_core.llm.local_model import HOST, PORT

CONTEXT_TOKENS = 8192
"""For each slot: the longest prompt of ours has under 3,000."""
_SEED = 7


def check_port(port: int, host: str = HOST) -> None:
    """Raise UserError when something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            hint = "a local model may be running already; else choose another with --port"
            raise UserError(f"port {port} of {host} is taken", hint=hint) from error


def server_params(llama: Any, path: Path, *, port: int, threads: int, slots: int) -> Any:
    """Parameters that keep the prompt cache and give the same answer to the same question."""
    params = llama.CommonParams()
    params.model.path = str(path)
    params.model_alias = {path.stem}
    params.hostnames = [HOST]
    params.port = port
    params.n_parallel = slots
    params.n_ctx = CONTEXT_TOKENS * slots
    params.cache_prompt = True
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.sampling.seed = _SEED
    params.sampling.temp = 0.0
    params.n_gpu_layers = 0
    params.ui = False
    params.cors_origins = f"http://{HOST}:{port}"  # no page of another site may ask this model
    return params


def start(path: Path, *, port: int = PORT, threads: int, slots: int = 1) -> Any:
    """Load the model and listen; gives the running server. Raises UserError (no file, no xllamacpp, port taken)."""
    if not path.is_file():
        raise UserError(f"{path}: no such file", hint="--model takes the path of a GGUF file")
    check_port(port)
    try:
        import xllamacpp
    except ImportError as error:
        raise UserError("the package xllamacpp is not installed", hint="run: make local-model") from error
    try:
        return xllamacpp.Server(server_params(xllamacpp, path, port=port, threads=threads, slots=slots))
    except RuntimeError as error:
        raise UserError(f"{path}: llama.cpp cannot load it: {error}", hint="is it a GGUF model?") from error


def wait_for_stop() -> None:
    """Block until Ctrl-C or a termination signal."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return
