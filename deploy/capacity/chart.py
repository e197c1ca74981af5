"""What the Helm chart's values give each size, read from their text: no YAML parser is installed with the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

VALUES = Path(__file__).parents[1] / "kubernetes" / "chart"
SIZES = ("small", "national", "continental")
GIB = 1024**3 / 1e9

_REASON = r"([\d,]+) suppliers x (\d+) events a day"
_BROKER = r"roles: \[(?:controller, )?broker\]\n\s+replicas: (\d+)\n\s+storage: (\d+)Gi"
_STORE = r"\n  store:\n    instances: (\d+)\n(?:\s+#.*\n)*\s+storage: (\d+)Gi"
_PROCESSES = r"\n  maxReplicas: (\d+)"


class ChartTextError(ValueError):
    """The values are written in another way than is read here."""


@dataclass(frozen=True)
class Given:
    """One size."""

    size: str
    suppliers: int
    events_a_day: int
    """Of each supplier, that its author reckoned Kafka's disks with."""
    brokers: int
    broker_gb: float
    store_gb: float
    """Each store's disk."""
    processes: int
    """Of one stage, at most."""


def given(size: str) -> Given:
    """Raises `ChartTextError`."""
    suppliers, events = _find(size, _REASON)
    brokers, disk = _find(size, _BROKER)
    _, store = _find(size, _STORE)
    (processes,) = _find(size, _PROCESSES)
    return Given(size, suppliers, events, brokers, disk * GIB, store * GIB, processes)


def _find(size: str, pattern: str) -> list[int]:
    """From the size's own values, else from those that all share."""
    for file in (VALUES / f"values-{size}.yaml", VALUES / "values.yaml"):
        if found := re.search(pattern, file.read_text(encoding="utf-8")):
            return [int(group.replace(",", "")) for group in found.groups()]
    raise ChartTextError(f"{VALUES}: neither {size} nor the shared values have {pattern}; adapt {__name__}")
