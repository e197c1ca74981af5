"""The books of a fault run: what was sent, what took effect, what was set aside; and what must hold between them.

The invariants have names, so that a case can say which of them it puts to the test:

I1 none lost · I2 none doubled · I3 order per key · I4 lag 0 and outbox empty within a bound · I5 dead letters complete,
and resolving them leaves nothing · I6 one's trouble leaves the others' latency alone · I7 clean exit within the grace ·
I8 not ready while stuck, ready after · I9 no process takes more memory than its bound · I10 what was removed unread is
said, with its extent, and an alarm.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args
from uuid import UUID

Mark: TypeAlias = tuple[UUID, int]
"""One event: its key, and its place among the events of that key."""

Invariant = Literal["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10"]
INVARIANTS: tuple[Invariant, ...] = get_args(Invariant)


@dataclass(frozen=True, slots=True)
class Books:
    """One hop's books."""

    sent: Sequence[Mark]
    effects: Sequence[Mark]
    """In the order in which they took effect; a doubled one twice."""
    dead: Sequence[Mark] = ()
    blocked: Sequence[Mark] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """What the books of a hop say."""

    sent: int
    effects: int
    dead: int
    blocked: int
    lost: int
    """Sent, and neither in effect nor set aside nor blocked."""
    doubled: int
    """Effects beyond the first of the same event, and effects of what is also set aside or blocked."""
    disordered: int
    """Effects that came after a later one of their key."""


def balance(books: Books) -> Balance:
    """Close the books of one hop."""
    effects, aside = set(books.effects), {*books.dead, *books.blocked}
    return Balance(
        sent=len(set(books.sent)),
        effects=len(books.effects),
        dead=len(books.dead),
        blocked=len(books.blocked),
        lost=len(set(books.sent) - effects - aside),
        doubled=len(books.effects) - len(effects) + len(effects & aside),
        disordered=_disordered(books.effects),
    )


def _disordered(effects: Iterable[Mark]) -> int:
    latest: dict[UUID, int] = {}
    count = 0
    for key, sequence in dict.fromkeys(effects):
        count += sequence < latest.get(key, sequence)
        latest[key] = max(sequence, latest.get(key, sequence))
    return count


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a fault run found. None: this run did not look."""

    hops: Sequence[Balance]
    healed_s: float | None
    """Seconds from the end of the fault until lag and outbox were empty; None when that was not within the bound."""
    highest_lag: int
    dead_letters: int = 0
    expected_dead_letters: int | None = None
    left_after_replay: int | None = None
    """Dead letters, blocked keys and blocked records that a replay of all left behind."""
    neighbours_s: float | None = None
    """99th percentile of the time to effect of what the trouble does not concern."""
    neighbours_bound_s: float | None = None
    unclean_exits: int | None = None
    ready_while_stuck: bool | None = None
    ready_after: bool | None = None
    peak_mb: int | None = None
    """The most memory that one process took."""
    peak_bound_mb: int | None = None
    removed: int | None = None
    """Records that Kafka removed unread."""
    said_removed: int | None = None
    """As many the processes said that they were, and as many an alarm told of."""


def violations(findings: Findings, invariants: Iterable[Invariant]) -> dict[Invariant, str]:
    """Which of these invariants do not hold, and why. One that the run did not look at does not hold."""
    found = {name: _CHECKS[name](findings) for name in invariants}
    return {name: why for name, why in found.items() if why is not None}


def _none_lost(findings: Findings) -> str | None:
    lost = [hop.lost for hop in findings.hops]
    return f"lost by hop: {lost}" if any(lost) else None


def _none_doubled(findings: Findings) -> str | None:
    doubled = [hop.doubled for hop in findings.hops]
    return f"doubled by hop: {doubled}" if any(doubled) else None


def _in_order(findings: Findings) -> str | None:
    disordered = [hop.disordered for hop in findings.hops]
    return f"out of order by hop: {disordered}" if any(disordered) else None


def _healed(findings: Findings) -> str | None:
    return "lag or outbox did not empty within the bound" if findings.healed_s is None else None


def _letters(findings: Findings) -> str | None:
    if findings.expected_dead_letters is None or findings.left_after_replay is None:
        return "dead letters were not looked at"
    if findings.dead_letters != findings.expected_dead_letters:
        return f"{findings.dead_letters} dead letters, expected {findings.expected_dead_letters}"
    return f"{findings.left_after_replay} left after the replay" if findings.left_after_replay else None


def _neighbours(findings: Findings) -> str | None:
    if findings.neighbours_s is None or findings.neighbours_bound_s is None:
        return "the neighbours' latency was not looked at"
    if findings.neighbours_s <= findings.neighbours_bound_s:
        return None
    return f"neighbours waited {findings.neighbours_s:.1f} s, allowed are {findings.neighbours_bound_s:.1f} s"


def _clean(findings: Findings) -> str | None:
    if findings.unclean_exits is None:
        return "exits were not looked at"
    return f"{findings.unclean_exits} unclean exits" if findings.unclean_exits else None


def _ready(findings: Findings) -> str | None:
    if findings.ready_while_stuck is None or findings.ready_after is None:
        return "readiness was not looked at"
    if findings.ready_while_stuck:
        return "ready while stuck"
    return None if findings.ready_after else "not ready after"


def _memory(findings: Findings) -> str | None:
    if not findings.peak_mb or findings.peak_bound_mb is None:
        return "memory was not looked at"
    if findings.peak_mb <= findings.peak_bound_mb:
        return None
    return f"a process took {findings.peak_mb} MB, allowed are {findings.peak_bound_mb} MB"


def _removed(findings: Findings) -> str | None:
    if not findings.removed or findings.said_removed is None:
        return "nothing was removed, or nobody listened"
    if findings.said_removed == findings.removed:
        return None
    return f"{findings.removed} removed unread, {findings.said_removed} said"


_CHECKS: Mapping[Invariant, Callable[[Findings], str | None]] = {
    "I1": _none_lost,
    "I2": _none_doubled,
    "I3": _in_order,
    "I4": _healed,
    "I5": _letters,
    "I6": _neighbours,
    "I7": _clean,
    "I8": _ready,
    "I9": _memory,
    "I10": _removed,
}
