"""The 32 Mexican states by INEGI's keys."""

import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LONGEST = 100
"""Characters of a state's name, however it is written."""


def _plain(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", name).lower() if letter.isalnum())


def _read() -> list[dict[str, Any]]:
    path = Path(__file__).with_name("states_2020.json")
    states: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["states"]
    return states


_READ = _read()
NAMES: Mapping[str, str] = {state["key"]: state["name"] for state in _READ}
"""By key, in its order."""
STATES = frozenset(NAMES)
_BY_NAME = {_plain(name): state["key"] for state in _READ for name in (state["name"], *state["also"])}


def state_key(text: str) -> str | None:
    """Key of a state from its key (a leading zero may be missing), its name or an abbreviation of it, with or without
    accents and points; else None.
    """
    if len(text) > LONGEST:
        return None
    key = text.strip().zfill(2)
    return key if key in STATES else _BY_NAME.get(_plain(text))
