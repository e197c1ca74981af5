"""What a round of `make chaos` may break, besides killing processes, and what it has to answer for afterwards."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.cli.installation import DEMO
from deploy.engines.postgres_server import PostgresError
from deploy.local.client import LocalClient
from deploy.local.platform import ANY_PORTS
from shared.messaging.topics import SERVICES
from shared.testing.adrift import set_wrong_by
from tests.flows.playing import serving

UNDO_PAUSE_S = 0.5


@dataclass
class Ground:
    """One round's platform."""

    data: Path
    clocks: Path
    demo: subprocess.Popen[str]
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set: whatever lasts ends now, and is undone."""
    sending: bool = True
    """Records are sent and removed only before the last act: the audit counts what is on the topics."""
    unknown: int = 0
    """Records that nobody decided."""
    letters: int = 0
    """Dead letters that they must have become."""
    counting: threading.Lock = field(default_factory=threading.Lock)

    @property
    def client(self) -> LocalClient:
        return LocalClient.of_running(self.data / DEMO)

    def answer_for(self, letters: int) -> None:
        """For one record that is on its topic, and the dead letters that it must become."""
        with self.counting:
            self.unknown += 1
            self.letters += letters

    def last(self, seconds: float) -> None:
        """Until the fault is over, or the round's troubles are."""
        self.stopping.wait(seconds)

    def broker_is_away(self) -> None:
        """Wait a moment for it. Raises RuntimeError once nobody starts it any more."""
        if self.demo.poll() is not None:
            raise RuntimeError("the platform is gone")
        threading.Event().wait(UNDO_PAUSE_S)

    def clock(self, service: str, seconds: float) -> None:
        set_wrong_by(self.clocks / service, seconds)

    def silence_stores(self) -> None:
        self.demo.send_signal(signal.SIGUSR1)

    def store(self, service: str) -> str:
        """The connection string of its store, as the super user and past the network that may be broken."""
        return self.client.stores()[service]

    def kill(self, name: str) -> bool:
        """Whether it was there to be killed."""
        victims = serving(self.data)
        if name in victims:  # else it has not come back yet from the kill before
            victims[name].kill()
        return name in victims

    def on_server(self, script: str, *, whatever_it_takes: bool = False) -> None:
        """Run a script as PostgreSQL's super user; one that must be run waits until the server is back."""
        while True:
            try:
                self.client.postgres.execute(script)
            except PostgresError:
                if not whatever_it_takes or self.demo.poll() is not None:
                    return
                threading.Event().wait(UNDO_PAUSE_S)
            else:
                return


@contextmanager
def clocks(folder: Path) -> Iterator[dict[str, str]]:
    """The environment that gives each service a clock of its own, right for now."""
    folder.mkdir()
    for service in SERVICES:
        set_wrong_by(folder / service)
    yield {"PDP_CLOCKS": str(folder), ANY_PORTS: "1"}
