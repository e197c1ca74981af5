"""`make chaos`: the whole program again and again, while its processes are killed and faults beset them at any moment.

Each round is a fresh platform of six services, one Kafka node and one PostgreSQL. From the first act to the audit, for
three minutes at most, every few seconds either one of these processes, PostgreSQL's being its postmaster, is killed by
SIGKILL, and the supervisor starts it again (one that takes no connections yet is left alone, else a busy machine would
never get it up), or one of the faults of `havoc.py` begins. The supervisor itself, which is the same process as the
people and the partners, is not killed.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from shared.i18n import Catalogue
from tests.flows import chain_tables
from tests.flows.ground import Ground, clocks
from tests.flows.playing import OUTCOME, lines, outcome, playing
from tests.flows.troubles import Troubles

ROUND_S = 900.0
"""A round that takes longer hangs."""
FIRST_ACT, LAST_ACT, AUDIT = (Catalogue("deploy.demo").text(f"act.{act}", "en") for act in ("enrol", "refer", "audit"))
ANSWERED_FOR = ("unknown", "dead_letters", "told_letters")
"""What the demo finds too many of, of what the faults sent: here they are compared with what was sent."""


@dataclass(frozen=True)
class Round:
    """What one round cost and what its books say."""

    seed: int
    kills: Mapping[str, int]
    faults: Mapping[str, int]
    peaks_mb: Mapping[str, int]
    seconds: float
    """The time under troubles: from the first act, at most to the audit."""
    sent: int
    """Records by the faults that are no events."""
    letters: int
    """Dead letters that they must have become."""
    broken: Sequence[str]
    """What went wrong with a fault itself."""
    code: int
    said: Sequence[str] = field(repr=False)
    found: Mapping[str, Any] = field(repr=False)

    @property
    def books(self) -> Mapping[str, Any]:
        books: Mapping[str, Any] = self.found.get("reconciliation", {})
        return books

    def wrong(self) -> list[str]:
        """What is not as it should be."""
        if not self.books:
            return [*self.broken, f"the demo ended with {self.code}"]
        letters = self.books["planned_dead_letters"] + self.letters
        wanted = {"unknown": 1 + self.sent, "dead_letters": letters, "told_letters": letters}
        found = [
            f"{name}: {self.books[name]}, not {right}" for name, right in wanted.items() if self.books[name] != right
        ]
        return [*self.broken, *found, *(name for name in self.found["failures"] if name not in ANSWERED_FOR)]


def play(data: Path, seed: int) -> Round:
    """One round on a fresh platform."""
    said: list[str] = []
    with clocks(data / "clocks") as environment, playing(data, "tests.flows.behind", **environment) as demo:
        ground = Ground(data, data / "clocks", demo)
        troubles = Troubles(ground, seed)
        late = threading.Timer(ROUND_S, demo.terminate)
        late.start()
        for line in lines(demo):
            said.append(line)
            if FIRST_ACT in line:
                troubles.start()
            if LAST_ACT in line:
                troubles.stop_sending()
            if AUDIT in line:
                troubles.stop()
        troubles.stop()
        code = demo.wait()
        late.cancel()
    found = outcome(data) if code in {0, 1} and (data / OUTCOME).exists() else {}
    did = (troubles.kills, troubles.faults, troubles.peaks_mb, troubles.seconds)
    return Round(seed, *did, ground.unknown, ground.letters, troubles.broken, code, said, found)


def main() -> int:
    """Rounds until the minutes under troubles are over. 1 at the first whose books are not exact; its data stays."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=10.0)
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    given = arguments.parse_args()
    typer.echo(f"seed {given.seed}, {given.minutes:g} minutes")
    rounds: list[Round] = []
    while sum(each.seconds for each in rounds) < given.minutes * 60:
        data = Path(tempfile.mkdtemp(prefix="chaos-"))
        rounds.append(play(data, given.seed + len(rounds)))
        typer.echo(chain_tables.text(rounds))
        if wrong := rounds[-1].wrong():
            typer.echo("".join(rounds[-1].said) + "\n".join(wrong) + f"\ndata and logs: {data}")
            return 1
        shutil.rmtree(data)
        if page := os.environ.get("PDP_CHAOS_PAGE"):
            chain_tables.write(rounds, Path(page))
    return 0


if __name__ == "__main__":
    sys.exit(main())
