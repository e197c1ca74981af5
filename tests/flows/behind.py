"""`python -m tests.flows.behind demo …`: `pdp demo`, its services behind a network and on clocks that a run may break.

`PDP_CLOCKS` is a folder with a clock for each service (`shared/testing/adrift.py`). At SIGUSR1 every connection to the
store falls silent.
"""

import os
import signal
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.cli.main import main
from deploy.engines.command import Command
from deploy.engines.ports import free_port
from deploy.local import services
from shared.runtime.servers import KEEPALIVE
from shared.testing.adrift import CLOCK
from shared.testing.faults import Proxy

CLOCKS = "PDP_CLOCKS"
GIVEN_UP_S = KEEPALIVE["IDLE"] + KEEPALIVE["INTVL"] * KEEPALIVE["CNT"]
"""After so long the store's own keepalives end a connection."""


def _play() -> None:
    command, clocks, nets = services.command, Path(os.environ[CLOCKS]), dict[int, Proxy]()
    with ExitStack() as stack:

        def behind(name: str, *, store: str, **given: Any) -> Command:
            straight = urlsplit(store)
            target = straight.port or 0
            if target not in nets:
                nets[target] = stack.enter_context(Proxy(free_port(), target))
            through = straight.netloc.replace(f":{target}", f":{nets[target].port}")
            made = command(name, store=straight._replace(netloc=through).geturl(), **given)
            return replace(
                made,
                argv=(sys.executable, "-m", "shared.testing.adrift", f"services.{name}"),
                env={**made.env, CLOCK: str(clocks / name)},
            )

        def silence(*_: object) -> None:
            for net in nets.values():
                net.silence(GIVEN_UP_S)

        signal.signal(signal.SIGUSR1, silence)
        services.command = behind
        main()


if __name__ == "__main__":
    _play()
