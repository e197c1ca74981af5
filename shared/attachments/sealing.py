"""An attachment's content as it is kept: sealed by a key of its own, which is in the stage's store, wrapped.

Whoever has the object store, a copy of it or an old version, has nothing to read; once the key is gone, nobody has.
Chunks are sealed one by one (the STREAM construction: Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so none can be
altered, left out, put elsewhere or cut off, and memory does not grow with the file.
"""

from collections.abc import AsyncIterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CHUNK: Final = 65_536
"""Bytes that are sealed at a time."""
TAG: Final = 16
_NONCE: Final = 12


class AlteredError(Exception):
    """What is kept is not what was sealed."""


def new_key() -> bytes:
    """Of one attachment, and of no other: its nonces count from nought."""
    return AESGCM.generate_key(256)


async def sealed(key: bytes, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The content as it is kept."""
    seal, number = AESGCM(key), 0
    async for chunk, last in _chunks(parts, CHUNK):
        yield seal.encrypt(_nonce(number, last=last), chunk, None)
        number += 1


async def opened(key: bytes, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The content as it was given. Raises AlteredError."""
    seal, number = AESGCM(key), 0
    async for chunk, last in _chunks(parts, CHUNK + TAG):
        try:
            yield seal.decrypt(_nonce(number, last=last), chunk, None)
        except InvalidTag as error:
            raise AlteredError from error
        number += 1


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_NONCE - 1, "big") + bytes([last])


async def _chunks(parts: AsyncIterator[bytes], size: int) -> AsyncIterator[tuple[bytes, bool]]:
    """The same bytes, so many at a time, each with whether it is the last."""
    waiting = bytearray()
    async for part in parts:
        waiting += part
        while len(waiting) > size:
            yield bytes(waiting[:size]), False
            del waiting[:size]
    yield bytes(waiting), True
