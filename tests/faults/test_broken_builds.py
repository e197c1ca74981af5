"""The ledger can fail: a build that breaks a promise is caught by the invariant of that promise."""

from dataclasses import replace

import pytest

from shared.testing.ledger import Invariant
from tests.faults.cases import Case
from tests.faults.conftest import MakePlant
from tests.faults.more_cases import CASES
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
]


EVERY_RUN = {"inbox_off", "offsets_before_the_store", "letters_dropped"}
"""One that doubles, one that loses, one that forgets; `make faults` runs all."""
HEAL_S = 12.0
"""A broken build may never heal; the cases themselves heal within a few seconds."""
NOTICED_S = 30.0
"""Twice what a whole build takes to notice that its store is away."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("build", "name", "invariant"),
    [
        pytest.param(*broken, id=broken[0], marks=() if broken[0] in EVERY_RUN else pytest.mark.long)
        for broken in BROKEN
    ],
)
async def test_a_broken_build_is_caught(
    build: str, name: str, invariant: Invariant, make_plant: MakePlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.faults.plant.NOTICED_S", NOTICED_S)
    case: Case = replace(BY_NAME[name], more=(*BY_NAME[name].more, invariant))
    plant = await make_plant(PDP_BROKEN=build, **case.env)
    result = await run(case, plant, heal_s=HEAL_S)
    assert invariant in result.violations, result.findings
