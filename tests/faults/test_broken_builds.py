"""The ledger can fail: a build that breaks a promise is caught by the invariant of that promise."""

from dataclasses import replace

import pytest

from shared.testing.ledger import Invariant
from tests.faults.cases import Case
from tests.faults.conftest import MakePlant
from tests.faults.every_case import CASES
from tests.faults.run import run

BY_NAME = {case.name: case for case in CASES}

BROKEN: list[tuple[str, str, Invariant]] = [
    ("inbox_off", "killed_at_consume_committed", "I2"),
    ("offsets_before_the_store", "killed_at_consume_claimed", "I1"),
    ("deleted_before_acknowledged", "killed_at_relay_fetched", "I1"),
    ("outbox_read_backwards", "rolling_restart", "I3"),
    ("nothing_blocked", "bug_on_one_event", "I3"),
    ("letters_dropped", "bug_on_one_event", "I5"),
    ("poison_stops_the_partition", "poison", "I4"),
    ("partners_in_the_main_group", "flooding_partner", "I6"),
    ("deaf_to_sigterm", "rolling_restart", "I7"),
    ("always_ready", "postgres_stopped", "I8"),
    ("fetch_trusts_the_library", "hostile_partner", "I1"),
    ("fetch_trusts_the_library", "library_stumbles", "I1"),
    ("bombs_are_stored", "bombs", "I9"),
    ("store_is_waited_for", "store_silent", "I4"),
    ("always_ready", "store_read_only_with_its_sessions", "I8"),
    ("healthy_while_it_polls", "batch_hangs", "I8"),
    ("partition_made_in_place", "partition_due_while_the_journal_is_read", "I6"),
    ("gaps_are_not_looked_for", "removed_unread", "I10"),
    ("rounds_without_a_budget", "large_events", "I9"),
    ("house_kept_by_the_process_s_clock", "clock_jumps", "I2"),
]


EVERY_RUN = {"letters_dropped"}
"""One that forgets; `make faults` runs all."""
HEAL_S = 12.0
"""A broken build may never heal; the cases themselves heal within a few seconds."""
AGAIN_S = 60.0
"""Where what comes again comes to processes that start: what is doubled is so only then."""
AGAIN = {"clock_jumps", "killed_at_consume_committed"}
LETTERS_S = 10.0
"""For what a broken build may never do; whole ones take a second or two."""
NOTICED_S = 30.0
"""Twice what a whole build takes to notice that its store is away."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("build", "name", "invariant"),
    [
        pytest.param(*broken, id="-".join(broken[:2]), marks=() if broken[0] in EVERY_RUN else pytest.mark.long)
        for broken in BROKEN
    ],
)
async def test_a_broken_build_is_caught(
    build: str, name: str, invariant: Invariant, make_plant: MakePlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.faults.plant.NOTICED_S", NOTICED_S)
    monkeypatch.setattr("tests.faults.traffic.LETTERS_S", LETTERS_S)
    case: Case = replace(BY_NAME[name], more=(*BY_NAME[name].more, invariant))
    plant = await make_plant(PDP_BROKEN=build, **case.env)
    result = await run(case, plant, heal_s=AGAIN_S if name in AGAIN else HEAL_S)
    assert invariant in result.violations, result.findings
