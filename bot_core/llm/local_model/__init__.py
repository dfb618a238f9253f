"""An optional local model: obtained, verified and served on loopback, so that prompts meet a real model with no key."""

from __future__ import annotations

HOST = "127.0.0.1"
PORT = 8089
