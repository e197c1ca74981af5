"""Rows that were refused, as a file in the format in which they were sent: to be mended and sent again as it is."""

from collections.abc import Sequence
from typing import BinaryIO

from shared.files.out import out
from shared.files.rows import MAX_CELL, REASONS, Header, Sent
from shared.files.text import plain


class Returned:
    """A file on its way out. Its methods take a moment for each thousand rows: call them in a thread."""

    def __init__(self, header: Header, file: BinaryIO) -> None:
        """The columns are those that were sent, but for an older one with what was wrong."""
        self._out = out(file, header.delimiter)
        self.media_type, self.suffix = self._out.media_type, self._out.suffix
        self._places = [place for place, name in enumerate(header.sent) if plain(name) != REASONS]
        self._out.write([*(header.sent[place] for place in self._places), REASONS])

    def add(self, rows: Sequence[tuple[Sequence[Sent], str]]) -> None:
        """Rows as they were sent, each with what is wrong with it."""
        for sent, reasons in rows:
            self._out.write([*(sent[place] if place < len(sent) else "" for place in self._places), reasons[:MAX_CELL]])

    def close(self) -> None:
        """All rows are in it."""
        self._out.close()
