"""Rows of text from an .xlsx or .csv file, read by a child process."""

import asyncio
import os
import sys
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from shared.files.faults import FileRefusedError
from shared.files.rows import End, Header, Line, Row, Wanted, row_of

INHERITED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
"""Of the environment, whose rest is secrets."""

CHILD = ("-m", "shared.files.child")

PIPE_BYTES = 65_536

TAIL_BYTES = 65_536
"""The last line is in them, unless the child did not come to it."""

_DECODER = msgspec.json.Decoder(Header | Line | End)


class Rows:
    """The rows of a file that was read to its end, in a file of their own: they are decoded one by one."""

    def __init__(self, lines: BinaryIO, end: End) -> None:
        self._lines = lines
        self.count = end.rows
        self.month_first = frozenset(end.month_first)
        lines.seek(0)
        self.header = msgspec.json.decode(lines.readline(), type=Header)

    def __iter__(self) -> Iterator[Row]:
        self._lines.seek(0)
        for line in self._lines:
            said = _DECODER.decode(line)
            if isinstance(said, Line):
                yield row_of(self.header, said, self.month_first)


async def read(file: BinaryIO, wanted: Wanted, lines: BinaryIO) -> Rows:
    """Have a child read a file, and what it says written to `lines`: the rows below the header, once all of them were
    read. Raises FileRefusedError.

    A CSV file is UTF-8, UTF-16 or Windows-1252, with commas, semicolons or tabs; a cell that holds the delimiter is
    quoted. Cancelled, it ends the child.
    """
    code = await _run(file, wanted, lines)
    end = _end_of(lines)
    if end is None and code >= 0:
        raise RuntimeError(f"the reader of files ended by itself, with {code}")
    if end is None:
        # No end was told: the system ended it at one of its limits.
        raise FileRefusedError("file_too_large", message="file_too_large.work")
    if end.reason is not None:
        raise FileRefusedError(end.reason, message=end.message, **end.params)
    return Rows(lines, end)


async def _run(file: BinaryIO, wanted: Wanted, lines: BinaryIO) -> int:
    file.seek(0)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *CHILD,
        msgspec.json.encode(wanted).decode(),
        stdin=file,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # It would quote the file.
        env={name: os.environ[name] for name in INHERITED if name in os.environ},
    )
    assert child.stdout is not None  # noqa: S101 - it is asked for above
    try:
        while chunk := await child.stdout.read(PIPE_BYTES):
            lines.write(chunk)
        return await child.wait()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


def _end_of(lines: BinaryIO) -> End | None:
    """The last line, where it says how the reading ended."""
    size = lines.seek(0, os.SEEK_END)
    lines.seek(max(0, size - TAIL_BYTES))
    last = lines.read().splitlines()[-1:]
    try:
        said = _DECODER.decode(last[0]) if last else None
    except msgspec.DecodeError:
        return None
    return said if isinstance(said, End) else None
