"""What a batch of Kafka's may unpack to: some KB of an outsider can be gigabytes, and aiokafka unpacks a batch whole.

The broker cannot tell: it counts what goes over the wire, and one that unpacks to count (`compression.type` other than
the writer's) takes the memory itself before it refuses.
"""

import mmap
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module
from struct import unpack_from
from types import ModuleType
from typing import Any

import aiokafka.record.default_records as in_python
import cramjam
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

MOST_UNPACKED_BYTES = 16 * 1_048_576
"""Of one batch: the largest that our relay sends has one, librdkafka and Java fill one to one by themselves."""

XERIAL_HEADER = b"\x82SNAPPY\x00"
XERIAL_HEADER_BYTES = 16
"""Snappy in blocks, as Java writes it: their lengths (big-endian, 4 bytes) before them."""

_room = mmap.mmap(-1, MOST_UNPACKED_BYTES)
"""Pages that nobody wrote to take no memory."""


class UnreadableBatchError(Exception):
    """A batch that cannot be unpacked, or not within bounds: to fetch it again would change nothing."""

    def __init__(self, next_offset: int) -> None:
        super().__init__(f"records until {next_offset - 1}")
        self.next_offset = next_offset
        """Behind all of its records."""


class _TooLargeError(Exception):
    """More than `MOST_UNPACKED_BYTES`."""


def install() -> None:
    """Have aiokafka's consumers of this process unpack within bounds."""
    for module in modules():
        for codec, unpack in _CODECS.items():
            _replace(module, f"{codec}_decode", unpack)
    _replace(fetcher, "MemoryRecords", _Records)


def modules() -> tuple[ModuleType, ...]:
    """Where aiokafka unpacks: compiled, where its wheel has that, and in Python."""
    with suppress(ImportError):
        return import_module("aiokafka.record._crecords.default_records"), in_python
    return (in_python,)


def _replace(module: ModuleType, name: str, by: object) -> None:
    """Raises AttributeError where a release of aiokafka has it no more."""
    getattr(module, name)
    setattr(module, name, by)


class _Records:
    """Batches as they were fetched."""

    def __init__(self, fetched: bytes) -> None:
        self._records = MemoryRecords(fetched)
        self.has_next: Callable[[], bool] = self._records.has_next
        self.size_in_bytes: Callable[[], int] = self._records.size_in_bytes

    def next_batch(self) -> Any:  # noqa: ANN401 - as aiokafka's
        batch: Any = self._records.next_batch()
        return _Batch(batch) if getattr(batch, "compression_type", 0) else batch


class _Batch:
    """A compressed one. Its writer vouched for its checksum, so what does not unpack never will."""

    def __init__(self, batch: Any) -> None:  # noqa: ANN401 - as aiokafka's
        self._batch = batch

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever aiokafka asks of it
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(self._batch)
        except Exception as error:
            raise UnreadableBatchError(self._batch.next_offset) from error


def _gzip(packed: bytes) -> bytes:
    """One member or several (RFC 1952, 2.2)."""
    found = bytearray()
    while packed:
        stream = zlib.decompressobj(wbits=31)
        found += stream.decompress(packed, MOST_UNPACKED_BYTES + 1 - len(found))
        if len(found) > MOST_UNPACKED_BYTES:
            raise _TooLargeError
        if not stream.eof:
            raise EOFError
        packed = stream.unused_data
    return bytes(found)


def _snappy(packed: bytes) -> bytes:
    packed = bytes(packed)
    if packed[: len(XERIAL_HEADER)] != XERIAL_HEADER:
        return _raw_snappy(packed, MOST_UNPACKED_BYTES)
    found, at = bytearray(), XERIAL_HEADER_BYTES
    while at < len(packed):
        [length] = unpack_from("!I", packed, at)
        found += _raw_snappy(packed[at + 4 : at + 4 + length], MOST_UNPACKED_BYTES - len(found))
        at += 4 + length
    return bytes(found)


def _raw_snappy(packed: bytes, most: int) -> bytes:
    if cramjam.snappy.decompress_raw_len(packed) > most:
        raise _TooLargeError
    return bytes(cramjam.snappy.decompress_raw(packed))


def _into_room(decompress_into: Callable[[bytes, mmap.mmap], int], packed: bytes) -> bytes:
    """Raises cramjam's error where there is not room enough."""
    return _room[: decompress_into(packed, _room)]


_CODECS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "snappy": _snappy,
    "lz4": partial(_into_room, cramjam.lz4.decompress_into),
    "zstd": partial(_into_room, cramjam.zstd.decompress_into),
}
