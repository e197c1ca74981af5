"""The 32 Mexican states by INEGI's keys."""

import json
import unicodedata
from pathlib import Path

LONGEST = 100
"""Characters of a state's name, however it is written."""


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFD", name)
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower().split())


def _read() -> tuple[frozenset[str], dict[str, str]]:
    path = Path(__file__).parents[1] / "catalogue" / "states_2020.json"
    states = json.loads(path.read_text(encoding="utf-8"))["states"]
    names = {_plain(name): state["key"] for state in states for name in (state["name"], *state["also"])}
    return frozenset(state["key"] for state in states), names


STATES, _BY_NAME = _read()


def state_key(text: str) -> str | None:
    """Key of a state from its key (a leading zero may be missing) or its name, with or without accents; else None."""
    if len(text) > LONGEST:
        return None
    key = text.strip().zfill(2)
    return key if key in STATES else _BY_NAME.get(_plain(text))
