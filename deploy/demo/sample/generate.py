"""Writes the sample: `python -m deploy.demo.sample.generate [--on DATE] [--seed N] [--folder PATH] [--retc PATH]`.

The same date and seed give the same bytes. Another date moves what ages (certificates, yearly self-assessments) and
nothing else, so that the sample tells the same story on any day.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from deploy.demo.sample import distribution, firms, troubles
from deploy.demo.sample.chance import source
from deploy.demo.sample.demand import HERE
from deploy.demo.sample.troubles import Planned

SEED = 2026
SNAPSHOT_ON = date(2026, 11, 1)
"""The day of the committed files."""

BY_HAND = ("anchors.csv", "requirements.csv")
GENERATED = ("suppliers.csv", "screening_69b.csv", "planned.csv")


def generate(on: date, folder: Path, seed: int = SEED) -> tuple[Planned, ...]:
    """Write the sample as of `on` into `folder`, which must exist; gives what to see in it, by line.

    Writes `anchors.csv`, `requirements.csv`, `suppliers.csv`, `screening_69b.csv` and `planned.csv`.
    """
    rows, planned = troubles.plant(firms.build(on, seed))
    listed = troubles.screening_list(planned, source(seed, "69b"))
    if folder.resolve() != HERE.resolve():
        for name in BY_HAND:
            shutil.copyfile(HERE / name, folder / name)
    _write(folder / "suppliers.csv", firms.COLUMNS, (row.values() for row in rows))
    _write(folder / "screening_69b.csv", ("rfc", "situacion"), listed)
    _write(
        folder / "planned.csv",
        ("linea", "rfc", "asunto"),
        ((thing.line, thing.rfc, thing.matter) for thing in planned),
    )
    return tuple(planned)


def _write(path: Path, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.demo.sample.generate", description=__doc__)
    parser.add_argument("--on", type=date.fromisoformat, default=SNAPSHOT_ON, help="the sample's today (YYYY-MM-DD)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--folder", type=Path, default=HERE)
    parser.add_argument("--retc", type=Path, help="count distribution.csv again from this RETC file first")
    parser.add_argument("--municipios", type=Path, help="make municipalities.csv again from this INEGI file first")
    options = parser.parse_args(arguments)
    if options.retc:
        distribution.write_counts(options.retc)
    if options.municipios:
        distribution.write_municipalities(options.municipios)
    generate(options.on, options.folder, options.seed)


if __name__ == "__main__":
    main()
