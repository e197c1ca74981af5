"""A supplier that has gone its whole way on the running platform, and the spans that came of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.demo.sample.prepare import prepare
from deploy.local.client import LocalClient
from deploy.provision.partner_client import PartnerClient
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause
from shared.contracts.partner import Referral, ReferralApproved
from shared.days import day_of
from shared.messaging.codec import Message, Record, decode
from shared.runtime.clock import now
from shared.testing.collector import Collector, Seen
from tests.running.journey import AMOUNT, PARTNER, TERM_MONTHS, Journey, traceparent

PATIENCE_S = 60.0


@dataclass(frozen=True)
class Travelled:
    """What was sent, and the spans that came of it, which may still come."""

    collector: Collector
    contexts: dict[str, str]
    received: Envelope
    """The referral, as its partner read it."""
    foreign: str
    """The traceparent that the partner wrote into its answer."""

    def until(self, found: Callable[[list[Seen]], Any]) -> Any:
        """What is found in the spans, once there is something."""
        deadline = time.monotonic() + PATIENCE_S
        while not (what := found(list(self.collector.spans))):
            seen = sorted({(span.service, span.name) for span in self.collector.spans})
            assert time.monotonic() < deadline, seen
            time.sleep(0.1)
        return what


def travel(client: LocalClient, collector: Collector, folder: Path) -> Travelled:
    """From its registration to its partner's answer."""
    journey = Journey(client)
    journey.demand(prepare(folder, day_of(now()), 1))
    received, foreign = answered(client, journey.travel())
    return Travelled(collector, journey.contexts, received, foreign)


def answered(client: LocalClient, referral_id: UUID) -> tuple[Envelope, str]:
    """The partner reads the referral and approves it, with a trace of its own."""
    partner = PartnerClient(PARTNER, client.connection(client.partner_credentials(PARTNER)))
    deadline = time.monotonic() + PATIENCE_S
    while (found := received(partner, referral_id)) is None:
        assert time.monotonic() < deadline
    approval = ReferralApproved(
        referral_id=referral_id, partner=PARTNER, answered_at=now(), amount=AMOUNT, term_months=TERM_MONTHS
    )
    foreign = traceparent()
    partner.answer(approval, Cause(found.cause.correlation_id, str(found.id), foreign))
    return found, foreign


def received(partner: PartnerClient, referral_id: UUID) -> Envelope | None:
    with partner.reader() as reader:
        for entry in reader.past():
            event = decode(Record(entry.topic, entry.partition, entry.offset, entry.key, entry.value))
            match event:
                case Message(data=Referral(referral_id=found)) if found == referral_id:
                    return event.envelope
    return None
