"""`python -m deploy.capacity`: the tables of docs/capacity.md, or what other numbers of suppliers need."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.capacity.inputs import Inputs, MeasurementError, keep, read_figures
from deploy.capacity.limits import breaks
from deploy.capacity.load import BUILT, MOVED
from deploy.capacity.need import need
from deploy.capacity.tables import SIZES, TABLES, page, sizes

PAGE = Path(__file__).parents[2] / "docs" / "capacity.md"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print, or write the page. Ends with 2 and one sentence where a figure is missing."""
    given = _parser().parse_args(arguments)
    try:
        inputs = Inputs.read()
        if given.measured:
            inputs = inputs.with_figures(read_figures(given.measured))
        if given.write:
            PAGE.write_text(page(inputs, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
            keep(inputs.figures)
        else:
            sys.stdout.write(_shown(inputs, given) + "\n")
    except MeasurementError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.capacity", description=__doc__)
    parser.add_argument("--suppliers", type=int, action="append", help="another number of suppliers; may be repeated")
    parser.add_argument("--moved", action="store_true", help="with the moves of docs/capacity.md (for --json)")
    parser.add_argument("--measured", type=Path, help="figures of `make bench JSON=file`, in place of those kept here")
    parser.add_argument("--json", action="store_true", help="figures instead of tables")
    parser.add_argument("--write", action="store_true", help="write docs/capacity.md anew, and keep the figures")
    return parser


def _shown(inputs: Inputs, given: argparse.Namespace) -> str:
    numbers = given.suppliers or SIZES
    if given.json:
        return json.dumps([_document(inputs, number, moved=given.moved) for number in numbers], indent=2)
    if given.suppliers:
        return sizes(inputs, numbers)
    return "\n\n".join(f"{name}\n\n{table(inputs)}" for name, table in TABLES.items())


def _document(inputs: Inputs, suppliers: int, *, moved: bool) -> dict[str, Any]:
    design = MOVED if moved else BUILT
    found = need(inputs, suppliers, design)
    return {
        "suppliers": suppliers,
        "design": vars(design),
        "requirements": found.load.requirements,
        "published_per_s": found.published,
        "consumed_per_s": found.consumed,
        "sweep_s": found.sweep_s,
        "brokers": found.brokers,
        "kafka_gb": found.kafka_gb,
        "stages": {name: vars(stage) for name, stage in found.stages.items()},
        "cores": found.cores,
        "memory_gb": found.memory_gb,
        "ssd_gb": found.ssd_gb,
        "archive_gb": found.archive_gb,
        "usd_month": found.usd_month,
        "breaks": [vars(each) for each in breaks(inputs, design)],
    }


if __name__ == "__main__":
    main()
