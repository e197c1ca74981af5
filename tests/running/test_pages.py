"""Every page of the portal in a real browser, as people of the program see it after a firm's whole way: accessible in
both languages and without scripts, on a narrow screen, small, and of this host alone.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext

from deploy.demo import sample
from deploy.demo.people import OPERATOR, cast
from deploy.local.client import LocalClient
from deploy.target.person import Person
from services.diagnosis.catalogue import instruments
from services.portal.stages import SERVICES
from shared.messaging.topics import SUPPLIER as SUPPLIERS
from shared.runtime.clock import now
from shared.service.callers import Role
from tests.files.given import csv_of
from tests.portal.walks import SHOWN
from tests.registration.files_given import SUPPLIER
from tests.registration.given import legal_rfc
from tests.running import chromium, poison
from tests.running.chromium import LANGUAGES, OF_LOOKS, Watched, keep_picture, overflow, violations
from tests.running.developed import drawn, until
from tests.running.travelled import Travelled

SAMPLE = Path(sample.__file__).parent
TWIN = SUPPLIER | {"razon_social": "Gemelos Ejemplo SA de CV", "estado": "31"}
TWINS = {"file": ("firms.csv", csv_of(TWIN | {"rfc": legal_rfc(901)}, TWIN | {"rfc": legal_rfc(902)}))}
REGISTER = Path(__file__).parents[1] / "registration" / "registers" / "retc.csv"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

FIRST_LOAD, NEXT_LOAD = 60_000, 15_000
"""Bytes over the network: with an empty cache, and from then on."""


@dataclass
class Visit:
    """The portal, with a firm that went its whole way, and who looks at it."""

    browser: Browser
    client: LocalClient
    ids: dict[str, str]
    people: dict[Role, Person]
    _contexts: dict[tuple[Role | None, str], BrowserContext] = field(default_factory=dict)

    @property
    def portal(self) -> str:
        assert self.client.portal is not None
        return self.client.portal

    @contextmanager
    def looking(self, role: Role | None, language: str = "es") -> Iterator[Watched]:
        """A page with an empty cache, of somebody of this role who is signed in."""
        watched = Watched(self._context(role, language))
        try:
            watched.forget()
            yield watched
        finally:
            watched.page.close()

    def _context(self, role: Role | None, language: str) -> BrowserContext:
        if (role, language) not in self._contexts:
            made = self._contexts[role, language] = self.browser.new_context(locale=LANGUAGES[language])
            if language == "en":
                # With scripts off axe could not run either: the page gets empty ones.
                made.route("**/*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
            if role is not None:
                signing = made.new_page()
                signing.goto(self.client.sign_in_link(self.people[role]))
                signing.close()
        return self._contexts[role, language]


@contextmanager
def _left_by_others(client: LocalClient) -> Iterator[dict[str, str]]:
    """A cohort, a file that was loaded, a prospect, likely twins, and a record that nobody can read: what
    pages of operators are about.
    """
    key = uuid4()
    poison.send(client, [(SUPPLIERS.name, key, b"\x00 no event {")])
    services = [name for name in SERVICES if name in client.services]
    with ExitStack() as opened:
        http = {
            name: opened.enter_context(client.http(name, client.token("operator", subject=OPERATOR)))
            for name in services
        }

        def of(name: str, path: str) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = http[name].get(path).raise_for_status().json()["items"]
            return found

        file = {"file": ("anchors.csv", (SAMPLE / "anchors.csv").read_bytes())}
        loaded = http["registration"].post("/anchors/imports", files=file).raise_for_status().json()
        plants = {"file": ("retc.csv", REGISTER.read_bytes())}
        http["registration"].post("/prospects/imports", files=plants).raise_for_status()
        http["registration"].post("/suppliers/imports", files=TWINS).raise_for_status()
        [prospect, *_] = of("registration", "/prospects")
        until(lambda: bool(of("registration", "/twins")))
        [twins, *_] = of("registration", "/twins")
        [cohort, *_] = of("development", "/cohorts")
        readers = [name for name in services if name != "registration"]
        until(lambda: all(of(name, f"/dead-letters?key={key}") for name in readers))
        [letter] = of("matching", f"/dead-letters?key={key}")
        try:
            made = {"cohort": cohort, "import": loaded, "letter": letter, "prospect": prospect, "twins": twins}
            yield {f"{name}_id": each["id"] for name, each in made.items()}
        finally:
            for name in readers:
                http[name].post("/dead-letters/discard", json={"key": str(key)}).raise_for_status()


ASSESSED_TWICE = "/work/calibrations/{supplier_id}"


@pytest.fixture(scope="module")
def visit(client: LocalClient, travelled: Travelled) -> Iterator[Visit]:
    referral: Any = travelled.received.data
    supplier: UUID = referral.supplier_id
    with client.http("matching", client.token("operator", subject=OPERATOR)) as http:

        def matches() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = http.get(f"/suppliers/{supplier}/matches").raise_for_status().json()["items"]
            return found

        until(lambda: bool(matches()))
        match = matches()[0]
        anchor = http.get(f"/requirements/{match['requirement_id']}").raise_for_status().json()["anchor_id"]
    people = {Role(person.roles[0]): person for person in cast(supplier, UUID(anchor))}
    people[Role.PARTNER] = Person.of("partner", partner=referral.partner)
    ids = {
        "supplier_id": str(supplier),
        "referral_id": str(referral.referral_id),
        "requirement_id": match["requirement_id"],
        "match_id": match["id"],
    }
    ids |= {
        "version": instruments().current.version,
        "part": "identity",
        "dimension": "TEC",
        "question": "T01",
        "kind": "anchors",
        "service": "matching",
    }
    operator = client.token("operator", subject=OPERATOR)
    with client.http("development", operator) as http:
        plan = http.get(f"/plans/{supplier}").raise_for_status().json()
    with client.http("financing", operator) as http:
        case = http.get(f"/cases/{supplier}").raise_for_status().json()
    ids |= {
        "activity_id": plan["activities"][0]["activity_id"],
        "need_id": case["needs"][0]["id"],
        "consent_id": case["consents"][0]["id"],
    }
    with client.http("registration", client.token("supplier", supplier=supplier)) as http:
        asked = {"arco_right": "access", "wanted": "Todo lo que se guarda de la empresa."}
        made = http.post(f"/suppliers/{supplier}/arco-requests", json=asked).raise_for_status().json()
    ids |= {"request_id": made["id"]}
    ids |= _meeting(client, supplier, UUID(anchor)) | {"drawn_id": str(drawn(client).firm)}
    with chromium.running() as browser, _left_by_others(client) as left:
        yield Visit(browser, client, ids | left, people)


def _meeting(client: LocalClient, supplier: UUID, anchor: UUID) -> dict[str, str]:
    """A day of the firm's buyer, and the firm's meeting on it."""
    begins = (now() + timedelta(days=3)).replace(microsecond=0).isoformat()
    day = {"title": "Encuentro", "place": "Nave 4", "starts_at": begins, "slot_minutes": 20, "slots": 3, "tables": 1}
    with client.http("matching", client.token("anchor", anchor=anchor)) as http:
        made = http.post("/meeting-days", json=day).raise_for_status().json()
        booked = {"supplier_id": str(supplier), "starts_at": begins}
        met = http.post(f"/meeting-days/{made['id']}/meetings", json=booked).raise_for_status().json()
    return {"day_id": made["id"], "meeting_id": met["id"]}


@pytest.mark.parametrize(("path", "roles"), SHOWN, ids=[path for path, _ in SHOWN])
def test_a_page_is_for_everybody(visit: Visit, path: str, roles: frozenset[Role] | None) -> None:
    role = min(roles) if roles else None
    ids = visit.ids | ({"supplier_id": visit.ids["drawn_id"]} if path == ASSESSED_TWICE else {})
    address = visit.portal + path.format(**ids)
    with visit.looking(role) as watched:
        assert watched.open(address) == 200
        first = watched.loaded
        assert watched.hosts == {urlsplit(visit.portal).netloc}
        assert violations(watched.page) == []
        keep_picture(watched.page, path)
        assert overflow(watched.page) == 0
        watched.open(address)
        assert (watched.said, first <= FIRST_LOAD, watched.loaded <= NEXT_LOAD) == ([], True, True), (
            first,
            watched.loaded,
        )
    with visit.looking(role, "en") as watched:
        assert watched.open(address) == 200
        assert violations(watched.page, but=OF_LOOKS) == []
        assert watched.said == []
