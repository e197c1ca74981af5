"""State machines: the ways from each state of an aggregate to the next. Commands ask the table, READMEs show it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

S = TypeVar("S", bound=str)


class Transition(NamedTuple, Generic[S]):
    """One way: what happens in which states, and the state after it."""

    act: str
    """What a command, an event or a timer does, as a verb: `revoke`, `lapse`."""
    before: tuple[S, ...]
    after: S


@dataclass(frozen=True)
class StateMachine(Generic[S]):
    """All states of one aggregate, or of one of its parts, and all ways between them.

    An act has one way at most from each state. ValueError where the table contradicts itself.
    """

    name: str
    states: tuple[S, ...]
    initial: S
    transitions: tuple[Transition[S], ...]
    final: Mapping[S, str] = field(default_factory=dict)
    """Why no way leads on from a state. Any other state has one."""

    def __post_init__(self) -> None:
        ways = [(before, way.act) for way in self.transitions for before in way.before]
        if len(set(ways)) < len(ways):
            raise ValueError(f"{self.name}: an act has two ways from one state")
        named = {self.initial, *self.final, *(state for way in self.transitions for state in (*way.before, way.after))}
        if named != set(self.states):
            raise ValueError(f"{self.name}: the table and the states differ: {sorted(named ^ set(self.states))}")
        trapped = {state for state in self.states if not self.ways(state)} ^ set(self.final)
        if trapped:
            raise ValueError(f"{self.name}: final, or has a way on, but not both: {sorted(trapped)}")
        if unreached := set(self.states) - {self.initial} - self.reachable(self.initial):
            raise ValueError(f"{self.name}: no way leads to {sorted(unreached)}")

    def after(self, state: S, act: str) -> S | None:
        """The state after an act; None where it has no way from this state."""
        return self.ways(state).get(act)

    def ways(self, state: S) -> dict[str, S]:
        """The state after each act that this state allows."""
        return {way.act: way.after for way in self.transitions if state in way.before}

    def reachable(self, state: S) -> set[S]:
        """Every state that one or more acts can lead to."""
        return _closure(state, {each: set(self.ways(each).values()) for each in self.states})


def _closure(start: S, next_: Mapping[S, Iterable[S]]) -> set[S]:
    seen: set[S] = set()
    ahead = set(next_[start])
    while ahead:
        state = ahead.pop()
        if state not in seen:
            seen.add(state)
            ahead |= set(next_[state])
    return seen
