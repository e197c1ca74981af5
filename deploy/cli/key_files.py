"""Files that hold a key, as people give them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from deploy.cli.console import Refusal
from deploy.cli.texts import say
from shared.security.jwe import KeyRefusedError, PrivateKey, PublicJwk, read_private, read_public

K = TypeVar("K")


def public_key_in(file: Path) -> PublicJwk:
    """What the file has, after it was looked at here: a private key goes nowhere."""
    return _key(read_public, file)


def private_keys_in(files: list[Path] | None) -> list[PrivateKey]:
    return [_key(read_private, file) for file in files or ()]


def _key(read: Callable[[bytes], K], file: Path) -> K:
    try:
        return read(file.read_bytes())
    except FileNotFoundError as error:
        raise Refusal(say("error.no_file", file=file), 2) from error
    except OSError as error:
        raise Refusal(say("error.file", file=file, detail=error.strerror), 2) from error
    except KeyRefusedError as error:
        raise Refusal(f"{file}: {say(error.code)}", 2) from error
