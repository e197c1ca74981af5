"""A state machine is a table that commands ask: it does not contradict itself, and no state is a trap unnoticed."""

import pytest

from shared.state_machine import StateMachine, Transition

OPEN = Transition("open", ("new",), "open")
CLOSE = Transition("close", ("new", "open"), "closed")
REOPEN = Transition("reopen", ("closed",), "open")


def test_a_machine_knows_its_ways() -> None:
    door = StateMachine("door", ("new", "open", "closed"), "new", (OPEN, CLOSE), {"closed": "nobody comes"})
    assert door.after("new", "open") == "open"
    assert door.after("closed", "open") is None
    assert door.ways("open") == {"close": "closed"}
    assert door.reachable("new") == {"open", "closed"}
    assert door.reachable("closed") == set()


@pytest.mark.parametrize(
    ("states", "transitions", "final", "wrong"),
    [
        (("new", "open", "closed"), (OPEN, CLOSE, Transition("open", ("new",), "closed")), {}, "two ways"),
        (("new", "open", "closed", "lost"), (OPEN, CLOSE), {"closed": "so"}, "differ: .'lost'"),
        (("new", "open", "closed"), (OPEN, CLOSE), {}, "not both: .'closed'"),
        (("new", "open", "closed"), (OPEN, CLOSE, REOPEN), {"closed": "so"}, "not both: .'closed'"),
        (("new", "open", "closed"), (OPEN, REOPEN), {"open": "so"}, "no way leads to .'closed'"),
    ],
)
def test_a_machine_that_contradicts_itself_is_refused(states, transitions, final, wrong) -> None:
    with pytest.raises(ValueError, match=wrong):
        StateMachine("door", states, "new", transitions, final)
