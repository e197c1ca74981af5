"""Builders: what a test does not name has a value that every rule accepts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.registration.domain.offering import Offering, ProcessOffer
from services.registration.domain.profile import Contact, Profile
from services.registration.domain.reasons import HoldReason
from services.registration.domain.rfc import check_digit
from services.registration.domain.screening import NO_LIST, Listing, ListState
from services.registration.domain.supplier import Registry, Supplier
from services.registration.handlers import Register, register
from shared.messaging.decision import Decision, Refused

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = datetime(2026, 9, 1, 9, tzinfo=UTC)
TODAY = NOW.date()

LEGAL_RFC = "MAB9307148T4"
OTHER_RFC = "TME840315KT6"
NATURAL_RFC = "GODE561231GR8"
DOUBTFUL_RFC = "VACE460910SX6"

EMPTY = Registry({}, NO_LIST)


def legal_rfc(number: int) -> str:
    """An invented RFC whose check digit fits, another one for each number below 1,000."""
    letters = "".join(chr(ord("A") + number // 10**place % 10) for place in (2, 1, 0))
    body = f"{letters}010101AA"
    return body + check_digit(body + "0")


def supplier_id(number: int = 1) -> UUID:
    return UUID(int=0xA000 + number)


def process(area: str = "P14", **more: Any) -> ProcessOffer:
    return ProcessOffer(area=area, **more)


def profile(rfc: str = LEGAL_RFC, **more: Any) -> Profile:
    values: dict[str, Any] = {
        "rfc": rfc,
        "legal_name": "Maquinados Ejemplo SA de CV",
        "contact": Contact(name="Persona Ejemplo", email="persona@ejemplo.mx", phone="442 555 0101"),
        "sector": "industry",
        "scian": "332710",
        "state": "22",
        "municipality": "22014",
        "operating_since": date(2009, 5, 4),
        "workers": 51,
        "annual_sales_mxn": Decimal("100000000.00"),
        "offering": Offering(processes=(process(),)),
    }
    return Profile(**values | more)


def command(number: int = 1, *, of: Profile | None = None) -> Register:
    folio = f"PDP-{number:06}"
    return Register(id=supplier_id(number), folio=folio, profile=of or profile())


def listing(states: Mapping[str, ListState], on: date = date(2026, 2, 1)) -> Listing:
    return Listing(on, states)


def registered(number: int = 1, *, of: Profile | None = None) -> Supplier:
    decision = register(command(number, of=of), NOW, Registry({}, listing({})))
    assert isinstance(decision, Decision)
    assert decision.state is not None
    assert decision.state.status == "registered"
    return decision.state


def held(*reasons: HoldReason) -> Supplier:
    rfc = DOUBTFUL_RFC if "rfc_check_digit" in reasons else LEGAL_RFC
    states: dict[str, ListState] = {rfc: "presumed"} if "list_69b_presumed" in reasons else {}
    decision = register(command(of=profile(rfc)), NOW, Registry({}, listing(states)))
    assert isinstance(decision, Decision)
    assert decision.state is not None
    assert set(decision.state.holds) == set(reasons)
    return decision.state


def withdrawn() -> Supplier:
    return replace(registered(), status="withdrawn", withdrawal="own_decision", withdrawn_at=NOW)


def decided(outcome: Decision[Any] | Refused) -> Decision[Any]:
    assert isinstance(outcome, Decision), outcome
    return outcome


def refused(outcome: Decision[Any] | Refused) -> tuple[str, str]:
    assert isinstance(outcome, Refused), outcome
    return outcome.kind, outcome.code
