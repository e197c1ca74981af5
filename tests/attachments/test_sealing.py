"""What is kept cannot be read, altered, cut off or put together anew without its key."""

from collections.abc import AsyncIterator

import pytest

from shared.attachments.sealing import CHUNK, TAG, AlteredError, new_key, opened, sealed


async def parts(content: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for place in range(0, len(content), size):
        yield content[place : place + size]


async def whole(given: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in given])


@pytest.mark.parametrize("length", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
async def test_what_was_given_comes_back(length: int) -> None:
    key, content = new_key(), bytes(range(256)) * (length // 256) + bytes(length % 256)
    kept = await whole(sealed(key, parts(content)))
    assert len(kept) == length + TAG * -(-length // CHUNK)
    assert content[:64] not in kept or length < 64
    assert await whole(opened(key, parts(kept, 70_001))) == content


async def test_what_was_altered_is_not_opened() -> None:
    key = new_key()
    kept = await whole(sealed(key, parts(bytes(3 * CHUNK))))
    step = CHUNK + TAG
    for wrong in (
        kept[:step],
        kept[: 2 * step],
        kept[step:],
        kept[step : 2 * step] + kept[:step] + kept[2 * step :],
        kept[:-1] + bytes([kept[-1] ^ 1]),
        kept + b"x",
    ):
        with pytest.raises(AlteredError):
            await whole(opened(key, parts(wrong)))
    with pytest.raises(AlteredError):
        await whole(opened(new_key(), parts(kept)))
