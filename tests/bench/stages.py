"""How fast each real stage consumes what it mostly hears."""

import asyncio
import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid5

from deploy.demo.sample.prepare import prepare
from services.matching.app import build
from shared.contracts.diagnosis import DiagnosisCompleted
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData
from shared.contracts.matching import AlignedRequirement, OfferingAligned
from shared.contracts.registration import AnchorJoined, SupplierRegistered
from shared.days import day_of
from shared.messaging.codec import encode
from shared.messaging.outbox import Unpublished
from shared.messaging.producer import Publisher
from shared.runtime.clock import now
from shared.runtime.ids import new_id
from shared.testing.stage import StageUnderTest
from tests.bench.pair import Pair
from tests.bench.peer import Consumer, PeerError, compete, python
from tests.bench.report import Figures
from tests.bench.settings import Settings
from tests.bench.workload import MET, NAMES, PARTITIONS, START
from tests.registration.suppliers import rfc

CHUNK = 2_000


def registered(number: int) -> SupplierRegistered:
    process = {"area": f"P{number % 35 + 1:02}", "materials": ["acero"], "free_capacity": 900_000, "lead_time_days": 20}
    return SupplierRegistered.model_validate(
        {
            "supplier_id": uuid5(NAMES, str(number)),
            "folio": f"PDP-{number:06}",
            "kind": "legal",
            "rfc": rfc(number),
            "legal_name": "Maquinados Ejemplo SA de CV",
            "sector": "industry",
            "scian": "332710",
            "state": "22",
            "operating_since": date(2009, 5, 4),
            "size": {"stratum": "small", "score": "40.00", "rules": "dof-2009"},
            "screening": {"list_69b": "not_listed", "list_date": date(2026, 1, 1), "tax_opinion": "positive"},
            "offering": {"processes": [process], "qms": "iatf_16949", "qms_valid_to": date(2031, 12, 31)},
            "registered_at": START,
        }
    )


def aligned(number: int) -> OfferingAligned:
    requirement = AlignedRequirement(
        requirement_id=uuid5(NAMES, f"requirement {number % 97}"),
        anchor_id=uuid5(NAMES, f"anchor {number % 16}"),
        area="P07",
        score=7_000,
        targets={"T01": 3, "T05": 4, "O03": 3, "C01": 2},
        must_have=("T01",),
    )
    return OfferingAligned(supplier_id=uuid5(NAMES, str(number)), requirements=(requirement,), rules="match-2026.1")


def diagnosed(number: int) -> DiagnosisCompleted:
    levels = {
        f"{dimension}{question:02}": (number + question) % 5 for dimension in "TOCFGA" for question in range(1, 6)
    }
    gaps = [
        {"question": question, "level": 1, "target": 3, "gap": 2, "severity": "major", "modules": ["M01"]}
        for question in ("T02", "O03", "C01")
    ]
    shares = dict.fromkeys(("TEC", "OPE", "COM", "FIN", "GES", "ASG"), 6_200)
    return DiagnosisCompleted.model_validate(
        {
            "supplier_id": uuid5(NAMES, str(number)),
            "diagnosis_id": uuid5(NAMES, f"diagnosis {number}"),
            "instrument": "pdp-2026-1",
            "version": 1,
            "levels": levels,
            "result": {"dimensions": shares, "overall": 6_200, "grade": "C", "band": "C2", "gaps": gaps},
            "validated_at": START,
        }
    )


HEARD: dict[str, Callable[[int], EventData]] = {
    "matching": registered,
    "diagnosis": aligned,
    "development": diagnosed,
    "financing": registered,
}
"""What each stage is told in this run: as many suppliers as records, each new to it."""

KEPT = {
    "matching": ("offering", "offering_area", "process_offer", "pair", "match", "judged_profile", "answers", "due"),
    "diagnosis": ("diagnosis", "gap"),
    "development": ("candidate",),
    "financing": ("financing_case", "need"),
}
"""Tables that a stage writes what it heard to."""


class StageConsumer(Consumer):
    """A service's own routes on its own store."""

    def __init__(self, pair: Pair, name: str, records: int) -> None:
        topic = HEARD[name](0).topic
        super().__init__(pair, name, python("stage", name, topic), topic, records, records)
        self.tables = ("inbox", "outbox", "journal", "timer", *KEPT[name])

    async def store(self) -> str:
        url = self._url = await self.pair.migrated(self.name)
        await self.query(MET)
        if self.name == "matching":
            await _ask_for_something(url)
        return url

    async def verify(self, name: str) -> None:
        counted = "SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM dead_letter), count(*) FROM "
        found = await self.query(counted + KEPT[self.name][0])
        if found != (self.records, 0, self.records) or await self.pair.lag(self._topic, PARTITIONS, name):
            why = await self.query("SELECT reason, error FROM dead_letter LIMIT 1")
            raise PeerError(f"{self.name} has {found} in its store (inbox, dead letters, aggregates); the first: {why}")


async def _ask_for_something(url: str) -> None:
    """The sample's anchors and requirements: every supplier is weighed against them."""
    stage, _ = build()
    with TemporaryDirectory() as folder:
        sample = await asyncio.to_thread(prepare, Path(folder), day_of(now()), 1)
        _, content = sample.file("anchors.csv")
        codes = [row["codigo"] for row in csv.DictReader(content.decode().splitlines())]
        joined = [
            AnchorJoined(anchor_id=uuid5(NAMES, code), code=code, name=code, states=("22",), joined_at=START)
            for code in codes
        ]
        async with StageUnderTest(stage, url) as matching:
            await matching.consume(*joined)
            answer = await matching.client.post(
                "/requirements/imports",
                files={"file": sample.file("requirements.csv")},
                headers=matching.headers("operator"),
            )
            answer.raise_for_status()
            await matching.sweep()


async def _load(pair: Pair, topic: str, heard: Callable[[int], EventData], records: int) -> None:
    await pair.create_topic(topic, PARTITIONS)
    publisher = Publisher(pair.settings(), "bench-load")
    for first in range(0, records, CHUNK):
        events = [heard(number) for number in range(first, min(first + CHUNK, records))]
        delivery = await publisher.publish(
            [Unpublished(0, topic, str(event.key).encode(), _wire(event)) for event in events]
        )
        if delivery.failure is not None:
            raise delivery.failure
    await publisher.close()


def _wire(event: EventData) -> bytes:
    return encode(Envelope(new_id(), "bench", START, event, Cause(correlation_id=str(new_id()))))


async def run(pair: Pair, settings: Settings, figures: Figures) -> None:
    topics = {heard(0).topic: heard for heard in HEARD.values()}
    for topic, heard in topics.items():
        await _load(pair, topic, heard, settings.records)
    peers = [StageConsumer(pair, name, settings.records) for name in HEARD if settings.wants(name)]
    await compete(peers, settings)
    for peer in peers:
        figures.add("stages", peer.name, peer.rate, "events/s", rounds=[round(rate) for rate in peer.rates])
