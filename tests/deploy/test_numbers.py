"""Numbers that a service counts and tells: a store that was set back gives none of them a second time."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from deploy.engines.postgres_server import PostgresServer
from deploy.local.forgotten import Past
from deploy.local.numbers import NUMBERS, UNKNOWN, go_on
from services.matching.domain.sweeps import TELL_ALL
from shared.contracts.alignment import AlignmentChanged, OfferingAligned, OfferingNotAligned
from shared.contracts.diagnosis import DiagnosisCompleted, GapRescored
from shared.contracts.event import EventData
from shared.contracts.registration import ContactErased, SupplierChanged, SupplierRegistered
from shared.messaging.topics import SERVICES, catalogue
from tests.conftest import Migrated

COUNTED: dict[str, dict[type[EventData], dict[str, Any]]] = {
    "registration": {each: {"folio": "PDP-000412"} for each in (SupplierRegistered, SupplierChanged)},
    "diagnosis": {DiagnosisCompleted: {"version": 412}, GapRescored: {"version": 412}},
    "matching": {each: {"revision": 412} for each in (OfferingAligned, AlignmentChanged, OfferingNotAligned)},
}
LOST = [(service, event) for service, events in COUNTED.items() for event in events]


def past(events: Sequence[tuple[type[EventData], dict[str, Any]]] = (), *, is_known: bool = True) -> Past:
    """What a store that was set back does not know."""
    found = []
    for event, fields in events:
        data = object.__new__(event)
        vars(data).update(fields, supplier_id=UUID(int=1))
        found.append(SimpleNamespace(event=SimpleNamespace(data=data)))
    lost: Any = found
    return Past(lost, is_known)


@pytest.mark.parametrize(("service", "event"), LOST, ids=[event.__name__ for _, event in LOST])
async def test_a_number_that_is_lost_counts_as_told(
    postgres: PostgresServer, migrated: Migrated, service: str, event: type[EventData]
) -> None:
    store = (await migrated(service)).rpartition("/")[2]
    client: Any = SimpleNamespace(postgres=postgres)
    lost = past([(event, COUNTED[service][event]), (ContactErased, {})])
    assert go_on(client, service, store, lost) == 412
    fewer = past([(event, {name: "PDP-000007" if name == "folio" else 7 for name in COUNTED[service][event]})])
    assert go_on(client, service, store, fewer) == 412, "another restore, of an older backup, takes none of it back"
    sweeps = postgres.execute("SELECT kind, args FROM sweep", store).splitlines()
    assert sweeps == ([f"{TELL_ALL}|{{}}"] * 2 if service == "matching" else [])


@pytest.mark.parametrize("service", NUMBERS)
async def test_where_kafka_knows_nothing_of_that_time_a_store_goes_on_far_behind_its_own(
    postgres: PostgresServer, migrated: Migrated, service: str
) -> None:
    store = (await migrated(service)).rpartition("/")[2]
    client: Any = SimpleNamespace(postgres=postgres)
    assert go_on(client, service, store, past()) is None, "nothing was lost"
    first = go_on(client, service, store, past(is_known=False))
    assert first is not None
    assert first >= UNKNOWN


def test_every_event_that_tells_a_number_of_a_service_is_counted() -> None:
    names = {"folio", "version", "revision"}
    counted = {
        event
        for topic in catalogue([])
        if topic.writer in SERVICES
        for event in topic.events
        if names.intersection(event.model_fields)
    }
    assert counted == {event for events in COUNTED.values() for event in events}
