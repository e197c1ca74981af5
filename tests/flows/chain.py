"""`make chaos`: the whole program again and again, while any process of the platform is killed at any moment.

Each round is a fresh platform of five services, one Kafka node and one PostgreSQL. From the first act to the audit, for
three minutes at most, one of these processes, PostgreSQL's being its postmaster, is killed by SIGKILL every few
seconds, and the supervisor starts it again; one that takes no connections yet is left alone, else a busy machine would
never get it up. The supervisor itself, which is the same process as the people and the partners, is not killed.
"""

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from shared.i18n import Catalogue
from tests.flows.playing import OUTCOME, lines, outcome, playing, serving

PAUSES_S = (3.0, 9.0)
KILLING_S = 180.0
"""Then the round is left to end: a group of members without names needs some seconds without a crash to form."""
ROUND_S = 900.0
"""A round that takes longer hangs."""
FIRST_ACT, AUDIT = (Catalogue("deploy.demo").text(f"act.{act}", "en") for act in ("enrol", "audit"))
VICTIMS = ("registration", "matching", "diagnosis", "development", "financing", "kafka", "postgres")
BOOKS = ("published", "consumed", "lost", "doubled", "republished", "dead_letters", "planned_dead_letters")


class Killer(threading.Thread):
    """Kills one process after the other until it is told to stop."""

    def __init__(self, data: Path, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self._data = data
        self._chance = chance
        self._stopping = threading.Event()
        self.kills: Counter[str] = Counter()
        self.seconds = 0.0
        """How long it was at work."""

    def run(self) -> None:
        began = time.monotonic()
        while self.seconds < KILLING_S and not self._stopping.wait(self._chance.uniform(*PAUSES_S)):
            name, victims = self._chance.choice(VICTIMS), serving(self._data)
            if name in victims:  # else it has not come back yet from the kill before
                victims[name].kill()
                self.kills[name] += 1
                typer.echo(f"  {time.strftime('%H:%M:%S')} killed {name}")
            self.seconds = time.monotonic() - began

    def stop(self) -> None:
        self._stopping.set()
        if self.is_alive():
            self.join()


@dataclass(frozen=True)
class Round:
    """What one round cost and what its books say."""

    seed: int
    kills: Mapping[str, int]
    seconds: float
    """The time under kills: from the first act, at most to the audit."""
    code: int
    said: Sequence[str] = field(repr=False)
    found: Mapping[str, Any] = field(repr=False)

    @property
    def holds(self) -> bool:
        return self.code == 0

    def cells(self) -> list[object]:
        books = self.found.get("reconciliation", {})
        kills = [self.kills.get(name, 0) for name in VICTIMS]
        return [self.seed, *kills, *(books.get(name, "?") for name in BOOKS), f"{self.seconds:.0f}"]


def play(data: Path, seed: int) -> Round:
    """One round on a fresh platform."""
    killer = Killer(data, random.Random(seed))
    said: list[str] = []
    with playing(data, PDP_ANY_PORTS="1") as demo:
        late = threading.Timer(ROUND_S, demo.terminate)
        late.start()
        for line in lines(demo):
            said.append(line)
            if FIRST_ACT in line:
                killer.start()
            if AUDIT in line:
                killer.stop()
        killer.stop()
        code = demo.wait()
        late.cancel()
    found = outcome(data) if code in {0, 1} and (data / OUTCOME).exists() else {}
    return Round(seed, killer.kills, killer.seconds, code, said, found)


def main() -> int:
    """Rounds until the minutes under kills are over. 1 at the first whose books are not exact; its data stays."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=float, default=10.0)
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    given = arguments.parse_args()
    typer.echo(f"seed {given.seed}, {given.minutes:g} minutes")
    rounds: list[Round] = []
    while sum(each.seconds for each in rounds) < given.minutes * 60:
        data = Path(tempfile.mkdtemp(prefix="chaos-"))
        rounds.append(play(data, given.seed + len(rounds)))
        typer.echo(table(rounds))
        if not rounds[-1].holds:
            typer.echo("".join(rounds[-1].said) + f"data and logs: {data}")
            return 1
        shutil.rmtree(data)
    return 0


HEADS = ("seed", *VICTIMS, *(name.replace("_", " ") for name in BOOKS), "seconds")


def table(rounds: Sequence[Round]) -> str:
    """A line per round, columns of counts, and the sums below them."""
    rows = [[number, *each.cells()] for number, each in enumerate(rounds, 1)]
    sums = ["total", "", *(sum(_number(row[column]) for row in rows) for column in range(2, len(HEADS) + 1))]
    lines_ = [("round", *HEADS), ("---",) * (len(HEADS) + 1), *rows, sums]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines_)


def _number(cell: object) -> int:
    return int(str(cell)) if str(cell).isdigit() else 0


if __name__ == "__main__":
    sys.exit(main())
