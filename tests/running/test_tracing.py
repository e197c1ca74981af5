"""A supplier's way through the program on the real platform, as its traces show it (docs/architecture/tracing.md)."""

from collections.abc import Iterable

import pytest

from shared.testing.collector import Seen
from tests.running.journey import CORRELATION
from tests.running.travelled import Travelled

pytestmark = pytest.mark.timeout(300)

Hop = tuple[str, str]
"""A service, and its span there."""

FOLLOWED: dict[str, tuple[list[Hop], set[str]]] = {
    "confirmation": (
        [
            ("registration", "POST /suppliers/{supplier_id}/confirmation"),
            ("matching", "decide registration.supplier-registered"),
            ("diagnosis", "decide matching.offering-aligned"),
        ],
        {"matching", "diagnosis", "development", "financing"},
    ),
    "assessment": (
        [("diagnosis", "POST /diagnoses/{supplier_id}/assessment")],
        {"portal"},
    ),
    "validation": (
        [
            ("diagnosis", "POST /diagnoses/{supplier_id}/validation"),
            ("matching", "decide diagnosis.diagnosis-completed"),
        ],
        {"matching", "development", "financing"},
    ),
    "selection": (
        [
            ("development", "POST /cohorts/{cohort_id}/selection"),
            ("financing", "decide development.supplier-selected"),
        ],
        {"financing", "portal"},
    ),
    "agreement": ([("development", "POST /plans/{supplier_id}/agreement")], {"financing", "portal"}),
    "referrals": ([("financing", "POST /referrals")], {"development"}),
}
"""By a request's last word: what it led to, each in the one before, and who consumed the events of its trace. The trace
of a registration reaches every service, others those that read their events."""


def trace_id(context: str | None) -> str:
    assert context is not None
    return context[3:35]


def hop(spans: Iterable[Seen], service: str, name: str, parent_id: str) -> Seen | None:
    return next((s for s in spans if (s.service, s.name, s.parent_id) == (service, name, parent_id)), None)


def chain(spans: list[Seen], context: str, hops: Iterable[Hop]) -> list[Seen]:
    """The spans of the caller's trace that follow from each other so; empty while one is missing."""
    own, parent_id, found = [s for s in spans if s.trace_id == trace_id(context)], context[36:52], []
    for service, name in hops:
        if (span := hop(own, service, name, parent_id)) is None:
            return []
        found.append(span)
        parent_id = span.span_id
    return found


def batching(operation: str, spans: list[Seen], context: str) -> set[str]:
    """The services that published or consumed a batch with an event of this trace."""
    return {s.service for s in spans if s.name.split()[0] == operation and trace_id(context) in s.links}


@pytest.mark.parametrize("step", FOLLOWED)
def test_each_request_s_trace_reaches_the_services_after_it(travelled: Travelled, step: str) -> None:
    (hops, reading), context = FOLLOWED[step], travelled.contexts[step]
    deciding = {service for service, _ in hops}
    travelled.until(lambda spans: chain(spans, context, hops))
    travelled.until(lambda spans: batching("publish", spans, context) >= deciding)
    travelled.until(lambda spans: batching("consume", spans, context) >= reading)


def test_what_follows_from_one_another_has_one_correlation_id(travelled: Travelled) -> None:
    def decisions(spans: list[Seen]) -> list[Seen]:
        decided = [s for s in spans if s.attributes.get("messaging.message.conversation_id") == CORRELATION]
        return decided if {s.service for s in decided} >= {"matching", "diagnosis", "financing"} else []

    names = {span.name for span in travelled.until(decisions)}
    assert names >= {"decide registration.supplier-registered", "decide development.supplier-selected"}
    assert travelled.received.cause.correlation_id == CORRELATION


def test_a_referral_brings_its_partner_the_trace_of_its_request(travelled: Travelled) -> None:
    assert trace_id(travelled.received.cause.traceparent) == trace_id(travelled.contexts["referrals"])


def test_a_partner_s_answer_is_linked_to_its_trace_and_goes_on_in_one_of_ours(travelled: Travelled) -> None:
    foreign = trace_id(travelled.foreign)

    def decided(spans: list[Seen]) -> Seen | None:
        named = (s for s in spans if (s.service, s.name) == ("financing", "decide partner.referral-approved"))
        return next((s for s in named if foreign in s.links), None)

    answer: Seen = travelled.until(decided)
    assert (answer.parent_id, answer.attributes["messaging.message.conversation_id"]) == ("", CORRELATION)
    ours = f"00-{answer.trace_id}-{answer.span_id}-01"
    travelled.until(lambda spans: batching("consume", spans, ours) >= {"development"})
    assert [span.name for span in travelled.collector.spans if span.trace_id == foreign] == []
