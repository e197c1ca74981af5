"""A file that a command makes: new, whole, and its owner's alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from deploy.cli.console import Refusal
from deploy.cli.texts import say
from deploy.engines.private import private_opener


@contextmanager
def new_file(file: Path) -> Iterator[BinaryIO]:
    """What its block writes is the file. Nothing is written over, and nothing is left where the block fails or is
    interrupted. Raises ``Refusal``.
    """
    try:
        there = open(file, "xb", opener=private_opener)  # noqa: SIM115 - what its block does wrong is told otherwise
    except FileExistsError as error:
        raise Refusal(say("error.file_exists", file=file), 2) from error
    except OSError as error:
        raise Refusal(say("error.file_unwritable", file=file, detail=error.strerror), 2) from error
    try:
        with there:
            yield there
    except BaseException as error:
        file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise Refusal(say("error.file_unwritable", file=file, detail=error.strerror)) from error
        raise
