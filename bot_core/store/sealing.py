"""Encryption at rest: what customers wrote and are called is unreadable without the key of the environment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from bot_core.errors import ConfigurationError, StoreError

_MARK = "f1:"
_SEALED = re.compile(r"f1:gAAAA[\w=-]+")
"""A Fernet token after our mark; what merely begins like it is a text."""


class Cipher(Protocol):
    def seal(self, text: str) -> str: ...

    def open(self, stored: str) -> str:
        """Raises StoreError for what a key has sealed that is not known here."""
        ...

    def is_current(self, stored: str) -> bool:
        """`stored` is as `seal` would write it today: nothing to do when keys change."""
        ...


class OpenText:
    """No encryption."""

    def seal(self, text: str) -> str:
        return text

    def open(self, stored: str) -> str:
        if is_sealed(stored):
            raise StoreError("the row is encrypted", hint="set KAVAK_DATA_KEY")
        return stored

    def is_current(self, stored: str) -> bool:
        return not is_sealed(stored)


class FernetCipher:
    """AES-128-CBC with HMAC-SHA256. The first key seals, all of them open; rows from before any key stay readable."""

    def __init__(self, keys: Sequence[str], *, variable: str) -> None:
        """Raises ConfigurationError that names `variable`."""
        from cryptography.fernet import Fernet, MultiFernet

        try:
            fernets = [Fernet(key) for key in keys]
        except ValueError as error:
            hint = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
            raise ConfigurationError(f"{variable}: not a Fernet key (32 bytes in base64url)", hint=hint) from error
        self._first, self._all = fernets[0], MultiFernet(fernets)
        self._variable = variable

    def seal(self, text: str) -> str:
        return _MARK + self._first.encrypt(text.encode("utf-8", "surrogatepass")).decode()

    def open(self, stored: str) -> str:
        from cryptography.fernet import InvalidToken

        if not is_sealed(stored):
            return stored
        try:
            return self._all.decrypt(stored.removeprefix(_MARK)).decode("utf-8", "surrogatepass")
        except InvalidToken as error:
            raise StoreError("the row was encrypted with another key", hint=self._variable) from error

    def is_current(self, stored: str) -> bool:
        from cryptography.fernet import InvalidToken

        if not is_sealed(stored):
            return False
        try:
            self._first.decrypt(stored.removeprefix(_MARK))
        except InvalidToken:
            return False
        return True


def is_sealed(stored: str) -> bool:
    return _SEALED.fullmatch(stored) is not None


def cipher_of(keys: str, *, variable: str = "KAVAK_DATA_KEY") -> Cipher:
    """`keys` are separated by commas, the current one first; none means no encryption. Raises ConfigurationError."""
    found = [key.strip() for key in keys.split(",") if key.strip()]
    return FernetCipher(found, variable=variable) if found else OpenText()
