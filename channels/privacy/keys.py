"""Pseudonyms and encryption: what leaves this module names no customer."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from bot_core.errors import ConfigurationError, StoreError
from bot_core.store.sealing import Cipher, cipher_of

_KEY_FILE = "whatsapp-hash.key"
_MEXICAN_MOBILE = re.compile(r"^(whatsapp:\+52)1(\d{10})$")


class Pseudonyms:
    """Keyed hashes: the same address gives the same name, and nobody without the key can try out numbers."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, *parts: str) -> str:
        """32 hexadecimal digits."""
        # Lengths first, so that no two lists of parts read alike.
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def canonical_address(address: str) -> str:
    """For matching only: Mexico's mobile numbers are written with and without a 1 after the country code."""
    return _MEXICAN_MOBILE.sub(r"\1\2", address.strip())


def load_pseudonyms(configured: str, data_dir: Path, *, several_machines: bool) -> Pseudonyms:
    """With the configured key, else with that of the data folder. Raises ConfigurationError where processes on several
    machines would each make their own, StoreError as `kept_key` does."""
    if configured:
        return Pseudonyms(configured.encode())
    if several_machines:
        raise ConfigurationError(
            "KAVAK_WHATSAPP_HASH_KEY is not set",
            hint="with PostgreSQL every process needs the same: openssl rand -hex 32",
        )
    return Pseudonyms(kept_key(data_dir))


def kept_key(data_dir: Path) -> bytes:
    """Made once and kept in the data folder. Raises StoreError when the file can be neither read nor written."""
    path = data_dir / _KEY_FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        return _made_once(path)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error


def refuse_another_key(configured: str, data_dir: Path) -> None:
    """Raises ConfigurationError when a key is configured and the data folder keeps another one: who is known under
    that would be a stranger, opted out or not. StoreError as `kept_key` does."""
    path = data_dir / _KEY_FILE
    if configured and path.exists() and kept_key(data_dir) != configured.encode():
        raise ConfigurationError(
            f"KAVAK_WHATSAPP_HASH_KEY is not the key in {path}, under which customers and opt-outs are known",
            hint="set it to what that file holds, or, to forget them, remove the file",
        )


def _made_once(path: Path) -> bytes:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        try:
            # Only one of several processes at their first start makes the key.
            path.hardlink_to(draft)
        except FileExistsError:
            return path.read_bytes()
        finally:
            draft.unlink()
    return path.read_bytes()


Sealer = Cipher
"""What seals the channel's own columns."""


def sealer(own: str, shared: str = "") -> Sealer:
    """With KAVAK_WHATSAPP_DATA_KEY (`own`), else with KAVAK_DATA_KEY (`shared`), else not at all. Raises
    ConfigurationError."""
    return cipher_of(own, variable="KAVAK_WHATSAPP_DATA_KEY") if own else cipher_of(shared)
