"""The routing table is complete and of this stage only."""

from typing import Any

from services.financing import consume
from shared.contracts import partner
from shared.messaging.routing import Slices
from shared.messaging.topics import EVENT_TYPES, STAGE_TOPICS
from tests.financing.given import LOADER

ROUTES = consume.routes(LOADER)
ANSWERS = {
    partner.ReferralAcknowledged,
    partner.InformationRequested,
    partner.ReferralApproved,
    partner.ReferralDeclined,
    partner.CreditDisbursed,
    partner.PaymentsCorrected,
}


def test_one_route_an_event() -> None:
    routed = [route.event for route in ROUTES]
    assert len(routed) == len(set(routed))
    assert all(EVENT_TYPES[event.TYPE] is event for event in routed)


def test_only_events_of_topics_that_the_stage_reads() -> None:
    read = {event for topic in STAGE_TOPICS if "financing" in topic.readers for event in topic.events}
    assert {route.event for route in ROUTES} <= read | ANSWERS


def test_answers_find_their_case_by_referral_and_nothing_else_does() -> None:
    assert {route.event for route in ROUTES if route.resolve is not None} == ANSWERS


def test_everything_decides_the_one_aggregate_with_the_one_reference() -> None:
    swept = (sweep for sweep in consume.sweeps(LOADER) if not isinstance(sweep, Slices))
    everything: tuple[Any, ...] = (*ROUTES, *consume.timers(LOADER), *swept)
    assert len({id(entry.repository) for entry in everything}) == 1
    assert {entry.reference for entry in everything} == {LOADER}
