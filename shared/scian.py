"""Classes of economic activity: SCIAN of INEGI, in the editions that firms' papers have."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

EDITIONS = ("2018", "2023")


def _read() -> dict[str, frozenset[str]]:
    catalogue: dict[str, Any] = json.loads(Path(__file__).with_name("scian_2023.json").read_text(encoding="utf-8"))

    def classes(part: str) -> frozenset[str]:
        rows = catalogue[part].items()
        return frozenset(f"{subsector}{rest}" for subsector, rests in rows for rest in rests.split())

    return {edition: classes("both") | classes(f"only_{edition}") for edition in EDITIONS}


CLASSES: Mapping[str, frozenset[str]] = _read()
"""The six digits of each class, by edition."""


def is_class(code: str) -> bool:
    """Whether an edition has it: a firm gives what its papers say, whichever they were written by."""
    return any(code in classes for classes in CLASSES.values())
