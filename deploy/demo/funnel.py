"""The funnel as it fills: how many firms came to each step, by the events that pass on the topics."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Mapping

from confluent_kafka import Consumer, TopicPartition

from shared.contracts import development, diagnosis, financing, matching, registration
from shared.contracts.event import EventData
from shared.messaging.topics import DIAGNOSIS, MATCH, PLAN, REFERRAL, SUPPLIER

STEPS: Mapping[str, type[EventData]] = {
    "registered": registration.SupplierRegistered,
    "aligned": matching.OfferingAligned,
    "not_aligned": matching.OfferingNotAligned,
    "diagnosed": diagnosis.DiagnosisCompleted,
    "matched": matching.MatchFound,
    "selected": development.SupplierSelected,
    "planned": development.PlanAgreed,
    "referred": financing.ReferralSent,
    "answered": financing.ReferralAnswered,
}
"""Each step, and the event that brings a firm there."""

TOPICS = (SUPPLIER, MATCH, DIAGNOSIS, PLAN, REFERRAL)
POLL = 0.2
GROUP = "pdp-demo-funnel"
"""Never joined: the funnel watches from outside."""


class Funnel:
    """Follows the topics in a thread of its own while the block lasts."""

    def __init__(self, connection: Mapping[str, str]) -> None:
        settings = {"group.id": GROUP, "enable.auto.commit": False, "log_level": 0}
        self._consumer = Consumer({**connection, **settings})
        self._firms: defaultdict[str, set[bytes]] = defaultdict(set)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._follow, name=GROUP, daemon=True)
        self.events = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def counts(self) -> dict[str, int]:
        """Firms at each step."""
        return {step: len(self._firms[event.TYPE]) for step, event in STEPS.items()}

    def _follow(self) -> None:
        self._consumer.assign(
            [TopicPartition(topic.name, part, 0) for topic in TOPICS for part in range(topic.partitions)]
        )
        try:
            while not self._stopping.is_set():
                for message in self._consumer.consume(500, POLL):
                    if message.error() is None:
                        self._take(message.key(), message.value())
        finally:
            self._consumer.close()

    def _take(self, key: bytes | str | None, value: bytes | str | None) -> None:
        """Whatever is no event is not counted."""
        self.events += 1
        try:
            event = json.loads(value or b"")
        except ValueError:
            return
        if isinstance(event, dict) and isinstance(key, bytes) and isinstance(event.get("type"), str):
            self._firms[event["type"]].add(key)
