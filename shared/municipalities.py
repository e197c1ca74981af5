"""The Mexican municipalities by INEGI's keys, as ranges: which there are, without their names."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path


def _keys(state: str, ranges: str) -> Iterator[str]:
    for part in ranges.split():
        first, _, last = part.partition("-")
        yield from (f"{state}{number:03}" for number in range(int(first), int(last or first) + 1))


def _read() -> dict[str, tuple[str, ...]]:
    text = Path(__file__).with_name("municipalities_2024.json").read_text(encoding="utf-8")
    return {state: tuple(_keys(state, ranges)) for state, ranges in json.loads(text)["municipalities"].items()}


OF_STATE: Mapping[str, tuple[str, ...]] = _read()
"""Keys of five digits by their state, in order."""
MUNICIPALITIES = frozenset(key for keys in OF_STATE.values() for key in keys)
