"""The key encryption key: what wraps the keys of persons. No store has it, and no backup of one."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.sealing.settings import SealingSettings, split

MARK: Final = 8
"""Bytes by which a wrapped key says what wrapped it."""
SHORTEST: Final = 32
"""Characters of a key encryption key: 128 bits in hexadecimal digits."""
_NONCE: Final = 12


class KeyAwayError(OSError):
    """What is sealed cannot be opened here, though its key was not destroyed: this process has not the key encryption
    key that wrapped it, or the store has no row of it. Nothing is wrong with the records.
    """


class KeyEncryption(Protocol):
    """What wraps keys: a secret of this process, or whatever a key management service stands behind."""

    mark: bytes
    """Of the key that wraps now."""

    def wrap(self, key: bytes, about: bytes) -> bytes:
        """A key as a store keeps it: it opens for the same `about` alone."""

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
        """The key. Raises KeyAwayError."""


class Ring:
    """Keys that this process was given, the newest first."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Raises ValueError without any, and where one is short."""
        if not secrets or any(len(secret) < SHORTEST for secret in secrets):
            raise ValueError("PDP_SEALING_KEYS: a key has 64 hexadecimal digits, as `openssl rand -hex 32` makes them")
        keys = [_key(secret) for secret in secrets]
        self._ciphers = {_mark(key): AESGCM(key) for key in keys}
        self.mark = _mark(keys[0])

    def wrap(self, key: bytes, about: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return self.mark + nonce + self._ciphers[self.mark].encrypt(nonce, key, about)

    def unwrap(self, wrapped: bytes, about: bytes) -> bytes:
        cipher = self._ciphers.get(wrapped[:MARK])
        if cipher is None:
            raise KeyAwayError("PDP_SEALING_KEYS lacks the key that wrapped this one")
        try:
            return cipher.decrypt(wrapped[MARK : MARK + _NONCE], wrapped[MARK + _NONCE :], about)
        except InvalidTag as error:
            raise KeyAwayError("a wrapped key is not what was wrapped for this person") from error


def mark_of(secret: str) -> bytes:
    """By which it is known what this key encryption key wrapped."""
    return _mark(_key(secret))


def _key(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), digest_size=32, person=b"pdp-kek").digest()


def _mark(key: bytes) -> bytes:
    return hashlib.blake2b(key, digest_size=MARK, person=b"pdp-kek-mark").digest()


_instead: list[tuple[KeyEncryption | None, bool]] = []


def encryption() -> KeyEncryption:
    """What wraps in this process. Raises KeyAwayError where it was given no key."""
    found = _instead[-1][0] if _instead else _given()[0]
    if found is None:
        raise KeyAwayError("PDP_SEALING_KEYS is empty, and the store has sealed data")
    return found


def has_keys() -> bool:
    """Whether this process reads what is sealed, and finds it."""
    return (_instead[-1] if _instead else _given())[0] is not None


def seals() -> bool:
    """Whether what this process writes is sealed."""
    found, new = _instead[-1] if _instead else _given()
    return found is not None and new


@contextmanager
def given(found: KeyEncryption | None, *, new: bool = True) -> Iterator[None]:
    """Within its block this is what the process was given."""
    _instead.append((found, new))
    try:
        yield
    finally:
        _instead.pop()


@cache
def _given() -> tuple[KeyEncryption | None, bool]:
    settings = SealingSettings()
    secrets = split(settings.keys)
    return (Ring(secrets) if secrets else None), settings.new
