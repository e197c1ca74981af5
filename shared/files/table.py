"""Rows of text from an .xlsx or .csv file, read by a child process."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from contextvars import ContextVar
from typing import TypeVar

import msgspec

from shared.files.faults import FileRefusedError
from shared.files.rows import End, Others, Row, Wanted

INHERITED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
"""Of the environment, whose rest is secrets."""

CHILD = ("-m", "shared.files.child")

T = TypeVar("T")

_DECODER = msgspec.json.Decoder(Row | End)


class Reading:
    """What reads a file in a thread, which another one may give up: its child process then ends at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._given_up = False

    def run(self, read: Callable[[], T]) -> T:
        """Read, in a context of its own."""
        _reading.set(self)
        return read()

    def has(self, child: "subprocess.Popen[bytes]") -> None:
        """It has this child now; one that starts too late ends too."""
        with self._lock:
            self._child = child
            if self._given_up:
                child.kill()

    def give_up(self) -> None:
        """End the child, if there is one. The file is then refused."""
        with self._lock:
            self._given_up = True
            if self._child is not None:
                self._child.kill()


_reading: ContextVar[Reading | None] = ContextVar("reading", default=None)


def read(
    content: bytes, *, required: Sequence[str], optional: Sequence[str], max_rows: int, others: Others = "refused"
) -> Generator[Row, None, None]:
    """The rows below the header, one by one as they are read. Raises FileRefusedError, perhaps after some rows.

    `others` says what becomes of columns that are neither required nor optional. A CSV file is UTF-8, UTF-16 or
    Windows-1252, with commas, semicolons or tabs; a cell that holds the delimiter is quoted.
    """
    wanted = msgspec.json.encode(Wanted(required, optional, max_rows, others)).decode()
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    child = subprocess.Popen(  # noqa: S603 - our own arguments
        [sys.executable, *CHILD, wanted],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # It would quote the file.
        env=environment,
    )
    if (reading := _reading.get()) is not None:
        reading.has(child)
    assert child.stdin is not None and child.stdout is not None  # noqa: PT018, S101 - both are asked for above
    try:
        with contextlib.suppress(BrokenPipeError):  # It ended before it had all: how is seen below.
            child.stdin.write(content)
            child.stdin.close()
        for line in child.stdout:
            said = _DECODER.decode(line)
            if isinstance(said, Row):
                yield said
            elif said.reason is None:
                return
            else:
                raise FileRefusedError(said.reason, message=said.message, **said.params)
        # No end was told: the system ended it at one of its limits.
        if child.wait() >= 0:
            raise RuntimeError(f"the reader of files ended by itself, with {child.returncode}")
        raise FileRefusedError("file_too_large", message="file_too_large.work")
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
