"""The process that reads a file which somebody sent: `python -m shared.files.child` with the file on its input.

A few kilobytes can make any reader of workbooks ask for gigabytes, or for hours. Here they end this process alone: its
limits are set before the file is looked at, it has no secrets, writes no file, and is the first that a system without
memory ends. Its output is a line of JSON for the header and for each row, and a last one that says how
it ended.
"""

import signal
import sys
from collections.abc import Iterator, Sequence

import msgspec

from shared.files.dates import is_month_first
from shared.files.faults import FileRefusedError
from shared.files.limits import limit
from shared.files.rows import End, Header, Line, Wanted
from shared.files.sheet import read

MEMORY_BYTES = 512 * 1024 * 1024
"""Address space, of which the interpreter has some 100 MB; a workbook of 100,000 rows takes 200 MB beside it."""

PROCESSOR_S = 300
"""A workbook of 100,000 rows of 70 cells takes some 90, of 150 cells twice that."""


AT_MOST_S = 1_800
"""However little of a processor it gets: the next file waits behind it."""


def main() -> None:
    limit(MEMORY_BYTES, PROCESSOR_S)
    signal.alarm(AT_MOST_S)
    wanted = msgspec.json.decode(sys.argv[1], type=Wanted)
    encode, write = msgspec.json.encode, sys.stdout.buffer.write
    try:
        header, lines = read(sys.stdin.buffer, wanted)
        write(encode(header) + b"\n")
        days = [place for place, name in enumerate(header.names) if name in set(wanted.days)]
        month_first: set[str] = set()
        count = 0
        for count, line in enumerate(lines, 1):  # noqa: B007 - it is told at the end
            write(encode(line) + b"\n")
            month_first.update(_month_first(header, line, days))
        end = End(count, sorted(month_first))
    except FileRefusedError as refused:
        end = End(0, [], refused.reason, refused.message, refused.params)
    except MemoryError:
        end = End(0, [], "file_too_large", "file_too_large.work")
    write(encode(end) + b"\n")


def _month_first(header: Header, line: Line, days: Sequence[int]) -> Iterator[str]:
    for place in days:
        cell = line.sent[place] if place < len(line.sent) else ""
        if isinstance(cell, str) and is_month_first(cell):
            yield header.names[place]


if __name__ == "__main__":
    main()
