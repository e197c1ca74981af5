"""Rows of text from an .xlsx or .csv file, read by a child process."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Generator, Sequence

import msgspec

from shared.files.faults import FileRefusedError
from shared.files.rows import End, Others, Row, Wanted

INHERITED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
"""Of the environment, whose rest is secrets."""

CHILD = ("-m", "shared.files.child")

_DECODER = msgspec.json.Decoder(Row | End)


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
