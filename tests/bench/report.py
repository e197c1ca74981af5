"""The figures of a run, their ratios, and the table of both with what is aimed at."""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from shared.runtime.clock import now


class Ratio(NamedTuple):
    """One figure over another of the same part, and what it should be."""

    name: str
    part: str
    over: str
    under: str
    aim: str

    def of(self, parts: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> float | None:
        """None where one of the two was not measured."""
        rows = parts.get(self.part, {})
        if self.over not in rows or self.under not in rows:
            return None
        return float(rows[self.over]["value"]) / float(rows[self.under]["value"])


RATIOS = (
    Ratio("consume_over_textbook", "consume", "ours", "textbook", "≥ 60"),
    Ratio("consume_over_handwritten", "consume", "ours", "handwritten", "≥ 1.1"),
    Ratio("consume_over_handwritten_new_store", "consume", "ours", "handwritten new store", "≥ 0.9"),
    Ratio("consume_over_jvm", "consume", "ours", "jvm", "≥ 1.0"),
    Ratio("consume_over_jvm_new_store", "consume", "ours", "jvm new store", "≥ 0.85"),
    Ratio("consume_over_spring", "consume", "ours", "spring", "-"),
    Ratio("relay_over_row_by_row", "relay", "ours", "row-by-row", "≥ 100"),
    Ratio("relay_over_faststream_outbox", "relay", "ours", "faststream-outbox", "-"),
    Ratio("chain_p99_over_round_trip_per_hop", "latency", "chain p99 per hop", "bare round trip p99", "≤ 5"),
    Ratio("chain_p50_over_round_trip_per_hop", "latency", "chain p50 per hop", "bare round trip p50", "≤ 3"),
    Ratio("http_over_bare_insert", "http", "ours", "bare insert", "≥ 0.7"),
)


@dataclass
class Figures:
    parts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def add(self, part: str, name: str, value: float, unit: str, **more: Any) -> None:
        self.parts.setdefault(part, {})[name] = {"value": round(value, 4), "unit": unit, **more}

    @property
    def ratios(self) -> dict[str, float]:
        found = {ratio.name: ratio.of(self.parts) for ratio in RATIOS}
        return {name: round(value, 3) for name, value in found.items() if value is not None}

    def table(self) -> str:
        """Markdown: a row per figure, then the ratios beside their aims."""
        lines = ["| part | what | figure | rounds |", "|---|---|---:|---|"]
        for part, rows in self.parts.items():
            lines += [f"| {part} | {name} | {_figure(row)} | {_spread(row)} |" for name, row in rows.items()]
        lines += ["", "| ratio | measured | aim |", "|---|---:|---:|"]
        aims = {ratio.name: ratio.aim for ratio in RATIOS}
        lines += [f"| {name} | {value:.2f} | {aims[name]} |" for name, value in self.ratios.items()]
        return "\n".join(lines)

    def write(self, file: Path) -> None:
        machine = {
            "at": now().isoformat(timespec="seconds"),
            "cores": psutil.cpu_count(),
            "memory_gb": round(psutil.virtual_memory().total / 1e9),
            "system": platform.platform(),
            "python": platform.python_version(),
        }
        values = {part: {name: row["value"] for name, row in rows.items()} for part, rows in self.parts.items()}
        found = {"machine": machine, "ratios": self.ratios, **values, "figures": self.parts}
        file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


def _figure(row: Mapping[str, Any]) -> str:
    value = float(row["value"])
    return f"{value:,.0f} {row['unit']}" if value >= 1_000 else f"{value:.3g} {row['unit']}"


def _spread(row: Mapping[str, Any]) -> str:
    """The slowest and the fastest round: how quiet the machine was."""
    rounds = row.get("rounds", [])
    return f"{min(rounds):,} – {max(rounds):,}" if len(rounds) > 1 else ""
