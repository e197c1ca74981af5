"""The troubles of one round of `make chaos`: every few seconds a process is killed or a fault begins."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterable

import typer

from shared.messaging.topics import SERVICES
from shared.testing.memory import peak_mb
from tests.flows.ground import Ground
from tests.flows.havoc import FAILURES, FAULTS, SENDING, Fault
from tests.flows.playing import serving

PAUSES_S = (3.0, 9.0)
TROUBLED_S = 180.0
"""Then the round is left to end: a group of members without names needs some seconds without a crash to form."""
KILLS = 0.5
"""Of the troubles; the others are faults."""
LOOK_S = 1.0
"""Between two looks at the memory that the services took."""
UNDONE_WITHIN_S = 180.0
STAGE_POISON = 12
"""In one round: from twenty of its last records a stage stops, as it should."""
VICTIMS = (*SERVICES, "kafka", "postgres")


class Troubles(threading.Thread):
    """One after the other until told to stop; what lasts, lasts while others begin."""

    def __init__(self, ground: Ground, seed: int) -> None:
        super().__init__(daemon=True)
        self._ground = ground
        self._chance = random.Random(seed)
        self._under_way: dict[str, threading.Thread] = {}
        self.kills: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.peaks_mb: Counter[str] = Counter()
        """The most memory that a process of each service took."""
        self.broken: list[str] = []
        """What a fault ended with that it should not."""
        self.seconds = 0.0
        """How long it was at work."""

    def run(self) -> None:
        began = time.monotonic()
        while self.seconds < TROUBLED_S and not self._waited(self._chance.uniform(*PAUSES_S)):
            # Drawn whatever is possible now: the same seed gives the same troubles.
            kill, victim, fault = (
                self._chance.random() < KILLS,
                self._chance.choice(VICTIMS),
                self._chance.choice(FAULTS),
            )
            its_own = random.Random(self._chance.random())
            if kill:
                self._kill(victim)
            elif self._possible(fault):
                self._begin(fault, its_own)
            self.seconds = time.monotonic() - began

    def stop_sending(self) -> None:
        """From now on the topics have nothing that nobody answers for; what is under way is waited for."""
        self._ground.sending = False
        self._end(fault.__name__ for fault in SENDING)

    def stop(self) -> None:
        """Undo what lasts."""
        self._ground.stopping.set()
        if self.is_alive():
            self.join()
        self._end(list(self._under_way))

    def _end(self, names: Iterable[str]) -> None:
        for name in names:
            if (thread := self._under_way.pop(name, None)) is not None:
                thread.join(UNDONE_WITHIN_S)
                if thread.is_alive():
                    self.broken.append(f"{name} does not end")

    def _waited(self, seconds: float) -> bool:
        """Wait, and look at the services meanwhile. Whether to stop."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for name, process in serving(self._ground.data).items():
                self.peaks_mb[name] = max(self.peaks_mb[name], peak_mb(process.pid))
            if self._ground.stopping.wait(min(left, LOOK_S)):
                return True
        return self._ground.stopping.is_set()

    def _kill(self, name: str) -> None:
        if self._ground.kill(name):
            self.kills[name] += 1
            self._say(f"killed {name}")

    def _possible(self, fault: Fault) -> bool:
        """One of a kind at a time."""
        before = self._under_way.get(fault.__name__)
        if before is not None and before.is_alive():
            return False
        poisoned = self.faults["bomb"] + self.faults["poison"]
        if fault.__name__ in {"bomb", "poison"} and poisoned >= STAGE_POISON:
            return False
        return self._ground.sending or fault not in SENDING

    def _begin(self, fault: Fault, chance: random.Random) -> None:
        name = fault.__name__
        self._under_way[name] = threading.Thread(target=self._do, args=(fault, chance), name=name, daemon=True)
        self._under_way[name].start()

    def _do(self, fault: Fault, chance: random.Random) -> None:
        words = fault.__name__.replace("_", " ")
        self._say(words)
        try:
            fault(self._ground, chance)
        except FAILURES as error:
            self._say(f"{words}: not now ({type(error).__name__})")
        except Exception as error:  # noqa: BLE001 - whatever it is, the round's books are worth nothing then
            self.broken.append(f"{words}: {error!r}")
        else:
            self.faults[fault.__name__] += 1

    @staticmethod
    def _say(words: str) -> None:
        typer.echo(f"  {time.strftime('%H:%M:%S')} {words}")
