"""One value as it is kept: sealed by AES-256-GCM, and bound to its place.

The nonce is made of key, place and content (as SIV does: Rogaway and Shrimpton, 2006), so that the same value at the
same place is kept alike: a row that did not change is not written anew, and no nonce serves two values.
"""

import base64
import hashlib
import hmac
from enum import Enum
from typing import Any, Final, Literal, TypeGuard

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 64
"""Half of it seals, the other half makes nonces."""
PREFIX: Final = "sealed:"
BYTES_PREFIX: Final = PREFIX.encode()
_VERSION: Final = b"\x01"
_MARK: Final = 4
_NONCE: Final = 12


class Erased(Enum):
    """What a sealed value reads once its key is destroyed."""

    ERASED = "erased"


ERASED: Final = Erased.ERASED


class AlteredError(Exception):
    """What is kept was not sealed with this key for this place."""


def is_sealed(value: object) -> TypeGuard[str]:
    """Whether a value is kept sealed. What was written before sealing is read as it is."""
    return isinstance(value, str) and value.startswith(PREFIX)


def sealed(key: bytes, place: bytes, value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    """A value that JSON holds, as text."""
    return PREFIX + base64.b64encode(_sealed(key, place, msgspec.json.encode(value))).decode()


def opened(key: bytes, place: bytes, kept: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The value; ERASED where it was sealed with an earlier key of the same name. Raises AlteredError."""
    try:
        raw = base64.b64decode(kept[len(PREFIX) :], validate=True)
    except ValueError as error:
        raise AlteredError from error
    clear = _opened(key, place, raw)
    return clear if clear is ERASED else msgspec.json.decode(clear)


def sealed_bytes(key: bytes, place: bytes, clear: bytes) -> bytes:
    """Bytes, as bytes."""
    return BYTES_PREFIX + _sealed(key, place, clear)


def opened_bytes(key: bytes, place: bytes, kept: bytes) -> bytes | Erased:
    """The bytes; ERASED where they were sealed with an earlier key of the same name. Raises AlteredError."""
    return _opened(key, place, kept[len(BYTES_PREFIX) :])


def _sealed(key: bytes, place: bytes, clear: bytes) -> bytes:
    nonce = _digest(key, b"nonce", _NONCE, len(place).to_bytes(4, "big") + place + clear)
    return _VERSION + _mark(key) + nonce + AESGCM(key[:32]).encrypt(nonce, clear, place)


def _opened(key: bytes, place: bytes, raw: bytes) -> bytes | Literal[Erased.ERASED]:
    start = len(_VERSION) + _MARK
    if raw[: len(_VERSION)] != _VERSION:
        raise AlteredError
    if not hmac.compare_digest(raw[len(_VERSION) : start], _mark(key)):
        return ERASED
    try:
        return AESGCM(key[:32]).decrypt(raw[start : start + _NONCE], raw[start + _NONCE :], place)
    except (InvalidTag, ValueError) as error:
        raise AlteredError from error


def _mark(key: bytes) -> bytes:
    """By which a value says with which key it was sealed: a name may get another one after its first was destroyed."""
    return _digest(key, b"mark", _MARK, b"")


def _digest(key: bytes, use: bytes, size: int, content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=size, key=key[32:], person=use).digest()
