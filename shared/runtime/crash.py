"""Points at which a process can be made to die, as a power cut would: for proving what a crash costs.

`PDP_CRASH_AT=relay.acked` ends the process by SIGKILL when it first passes that point, `relay.acked:3` the third time.
"""

import os
import signal
from typing import Literal, get_args

Point = Literal[
    "consume.received",
    "consume.claimed",
    "consume.written",
    "consume.committed",
    "consume.acknowledged",
    "relay.fetched",
    "relay.acked",
    "relay.published",
]
"""The seams between one system's commit and the next one's, in the order in which an event passes them."""

POINTS: tuple[Point, ...] = get_args(Point)

_armed: dict[str, int] = {}
"""How many passes are left before the process dies, by point."""


def arm(setting: str) -> None:
    """Take `PDP_CRASH_AT`: nothing, `point` or `point:passes`. Raises ValueError for a point that does not exist."""
    if not setting:
        return
    name, _, passes = setting.partition(":")
    if name not in POINTS:
        raise ValueError(f"there is no crash point {name!r}; choose one of {', '.join(POINTS)}")
    _armed[name] = int(passes or 1)


def point(name: Point) -> None:
    """Die here, if this point is armed and it is its turn."""
    if name in _armed:
        _armed[name] -= 1
        if _armed[name] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
