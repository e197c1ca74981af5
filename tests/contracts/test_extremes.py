"""What a contract allows is decided: values at the ends of every field's bounds, through the routes of every stage."""

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from typing import Any
from uuid import UUID, uuid5

import pytest
from pydantic import TypeAdapter

from services.financing.domain.case import Case
from services.matching.domain.requirement import Requirement, Specification
from services.matching.domain.waiver import WAIVABLE
from services.matching.store.demand import requirements
from shared.contracts import matching
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData
from shared.messaging import codec
from shared.messaging.decision import Decision, RejectedEventError
from shared.messaging.journal import LARGEST_BODY
from shared.messaging.routing import Route
from shared.runtime.database import Connection, Database
from shared.service.asyncapi import program
from shared.service.stage import Stage
from tests.conftest import Migrated
from tests.contracts.extremes import extremes
from tests.development import given as development
from tests.diagnosis import builders as diagnosis
from tests.financing import given as financing
from tests.http.services import SERVICES
from tests.matching import given as of_matching

NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)
CAUSE = Cause(correlation_id="extremes")
EVERY = 3
"""Of the extreme requirements: each offering is measured against all of an area."""
EXAMPLES = {type_: message["examples"][0]["payload"] for type_, message in program()["components"]["messages"].items()}
GIVEN: Mapping[str, tuple[Any, ...]] = {
    "financing": (financing.firm(), financing.referred()),
    "diagnosis": (diagnosis.opened(), diagnosis.completed(diagnosis.levels_at(1))),
    "matching": (of_matching.matched(of_matching.requirement()),),
    "development": (development.candidate(),),
}
"""What commands, which have no route, made of an aggregate."""


@dataclass
class Walk:
    """One stage with what its decisions refer to."""

    stage: Stage
    connection: Connection
    references: Mapping[Any, Any] = field(default_factory=dict)
    raised: dict[str, str] = field(default_factory=dict)
    """By what was raised, the first value that did it."""

    async def begin(self) -> None:
        if self.stage.name == "matching":
            await _ask_for_extremes(self.connection)
        asked = {route.reference for route in self.stage.routes} | {timer.reference for timer in self.stage.timers}
        self.references = {reference: await reference(self.connection) for reference in asked}
        self.usual = [(route, _decoded(route.event, EXAMPLES[route.event.TYPE]["data"])) for route in self.stage.routes]

    def states_of(self, route: Route) -> list[Any]:
        """Nothing known; what the usual events lead to; what commands lead to."""
        known = None
        for other, event in self.usual:
            if other.repository is route.repository:
                known = self.decide(other, known, event) or known
        kind = type(known)
        return [None, known, *(each for each in GIVEN.get(self.stage.name, ()) if isinstance(each, kind))]

    def decide(self, route: Route, state: Any, event: EventData) -> Any:
        return self._run(str(event), lambda: route.decide(state, event, NOW, NOW, self.references[route.reference]))

    def fire(self, route: Route, state: Any) -> None:
        for timer in self.stage.timers:
            if timer.repository is route.repository:
                self._run(str(state), lambda: timer.decide(state, NOW, self.references[timer.reference]))  # noqa: B023 - run at once

    def _run(self, what: str, decide: Callable[[], Decision[Any]]) -> Any:
        try:
            decision = decide()
            for event in decision.events:
                assert len(codec.encode(Envelope(event.key, "test", NOW, event, CAUSE))) <= LARGEST_BODY
        except RejectedEventError:
            return None
        except Exception as error:  # noqa: BLE001 - that there is none is what is tested
            self.raised.setdefault(f"{type(error).__name__}: {error}"[:300], what[:1_000])
            return None
        return decision.state

    async def store(self, route: Route, state: Any) -> None:
        """As it is written and read again; then it is as before."""
        transaction = self.connection.transaction()
        await transaction.start()
        try:
            await route.repository.save_many(self.connection, [state], [])
            assert await route.repository.load_many(self.connection, [state.id]) == {state.id: state}
        except Exception as error:  # noqa: BLE001 - as above
            self.raised.setdefault(f"{type(error).__name__}: {error}"[:300], str(state)[:1_000])
        finally:
            await transaction.rollback()


def _decoded(event: type[EventData], data: object) -> EventData:
    """As the stage sees it that has consumed it."""
    told = event.model_validate_json(json.dumps(data))
    value = json.dumps({**EXAMPLES[event.TYPE], "data": data}).encode()
    message = codec.decode(codec.Record(told.topic, 0, 0, str(told.key).encode(), value))
    assert isinstance(message, codec.Message), message
    return message.data


async def _ask_for_extremes(connection: Connection) -> None:
    adapter = TypeAdapter(Specification)
    for number, data in enumerate(extremes(TypeAdapter(matching.Specification).core_schema)[::EVERY]):
        # Of the stage's own words: it alone says what is only wished, and its doors take no other word.
        known = matching.Specification.model_validate(data).model_dump() | {"wishes": WAIVABLE}
        asked = adapter.validate_python(known)
        await requirements.save_many(connection, [Requirement(uuid5(UUID(int=1), str(number)), UUID(int=2), asked)], [])


def _met(event: EventData, state: Any) -> EventData:
    """An answer is about the referral that there is."""
    if isinstance(state, Case) and state.referrals and "answered_at" in type(event).model_fields:
        last = state.referrals[-1]
        return event.model_copy(update={"referral_id": last.id, "partner": last.partner})
    return event


@pytest.mark.parametrize("name", SERVICES)
async def test_nothing_that_a_contract_allows_is_too_much_for_a_decision(name: str, migrated: Migrated) -> None:
    stage, _ = importlib.import_module(f"services.{name}.app").build()
    database = Database(await migrated(name), application="extremes")
    await database.open()
    async with database.connection() as connection:
        walk = Walk(stage, connection)
        await walk.begin()
        for route in stage.routes:
            await _through(walk, route)
    await database.close()
    assert walk.raised == {}


async def _through(walk: Walk, route: Route) -> None:
    states = walk.states_of(route)
    next_ones = cycle([(other, event) for other, event in walk.usual if other.repository is route.repository])
    for data in extremes(TypeAdapter(route.event).core_schema):
        event = _decoded(route.event, data)
        for before in states:
            after = walk.decide(route, before, _met(event, before))
            if after is None or after == before:
                continue
            walk.fire(route, after)
            other, usual = next(next_ones)
            walk.decide(other, after, usual)
            if before is None:
                await walk.store(route, after)
