"""The sample as its files are, and as registration and matching read it."""

from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from uuid import UUID

import pytest

from deploy.demo.sample import demand, generate
from deploy.demo.sample.troubles import BAD_ROWS
from services.diagnosis.catalogue import instruments
from services.matching.catalogue import rules
from services.matching.domain.requirement import Requirement
from services.matching.files import requirements as requirement_file
from services.matching.handlers.offerings import supplier_profiled
from services.registration.domain.profile import Profile
from services.registration.domain.screening import Listing, gather
from services.registration.domain.supplier import Registry, Supplier
from services.registration.files import screening as list_file
from services.registration.files import suppliers as supplier_file
from services.registration.handlers import Register, register, release
from shared.contracts.matching import OfferingAligned, OfferingNotAligned
from shared.contracts.registration import SupplierRegistered
from shared.files.faults import RowFault
from shared.messaging.decision import Decision
from tests.files.given import read_by
from tests.matching.given import followed

ON = generate.SNAPSHOT_ON
NOW = datetime(ON.year, ON.month, ON.day, 18, tzinfo=UTC)
DATA = Path(__file__).parents[3] / "shared" / "data"
RETC = DATA / "retc_manufactura_automotriz_mx_2014_2022.csv"
needs_public_data = pytest.mark.skipif(not RETC.exists(), reason="the public data files are not beside the repository")

ROWS = demand.rows(demand.HERE / "suppliers.csv")
REQUIREMENTS = demand.rows(demand.HERE / "requirements.csv")
PLANNED = {row["asunto"]: (int(row["linea"]), row["rfc"]) for row in demand.rows(demand.HERE / "planned.csv")}
GOOD = {row["rfc"]: row for line, row in enumerate(ROWS, 2) if line not in {PLANNED[matter][0] for matter in BAD_ROWS}}
INSTRUMENT = instruments().current


@cache
def read_suppliers() -> tuple[list[tuple[int, Profile]], list[RowFault]]:
    content = (demand.HERE / "suppliers.csv").read_bytes()
    return read_by(partial(supplier_file.read, today=ON), content, supplier_file.wanted(1_000))


@cache
def registered() -> dict[str, tuple[Supplier, SupplierRegistered]]:
    """By RFC, every firm as registration takes it in, and its event, once an operator releases those that are held."""
    entries, _ = read_by(list_file.read, (demand.HERE / "screening_69b.csv").read_bytes(), list_file.wanted(100))
    listing = Listing(ON, gather((entry.rfc, entry.state) for _, entry in entries if entry.rfc is not None))
    rows, _ = read_suppliers()
    found: dict[str, tuple[Supplier, SupplierRegistered]] = {}
    for line, firm in rows:
        if firm.rfc in found:
            continue
        command = Register(id=UUID(int=line), folio="", profile=firm)
        taken = register(command, NOW, Registry({}, listing))
        assert isinstance(taken, Decision)
        assert taken.state is not None
        done = release(taken.state, taken.state.holds, "operator", NOW) if taken.state.holds else taken
        assert isinstance(done, Decision)
        (event,) = done.events
        assert isinstance(event, SupplierRegistered)
        found[firm.rfc] = taken.state, event
    return found


@cache
def alignments() -> dict[str, OfferingAligned | OfferingNotAligned]:
    """By RFC, what matching says of every firm."""
    content = (demand.HERE / "requirements.csv").read_bytes()
    rows, faults = read_by(requirement_file.read, content, requirement_file.wanted(100))
    assert faults == []
    asked = [Requirement(UUID(int=line), UUID(int=line), row.asked.specification()) for line, row in rows]
    found: dict[str, OfferingAligned | OfferingNotAligned] = {}
    for rfc, (_, event) in registered().items():
        (told,) = followed(supplier_profiled(None, event, NOW, rules()), *asked, now=NOW).events
        assert isinstance(told, OfferingAligned | OfferingNotAligned)
        found[rfc] = told
    return found


def aligned() -> dict[str, OfferingAligned]:
    return {rfc: told for rfc, told in alignments().items() if isinstance(told, OfferingAligned)}
