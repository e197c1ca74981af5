"""Offerings and requirements at the ends of what they can be, close enough to each other to pass now and then."""

from datetime import date, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from services.matching.domain.offering import ProcessOffer, Profile, SpecialProcess
from services.matching.domain.performance import Measured
from services.matching.domain.requirement import Specification
from services.matching.domain.waiver import WAIVABLE, Waiver
from shared.contracts.event import LARGEST
from tests.matching.given import REGISTERED, TODAY, an_id

T = TypeVar("T")

MATERIALS = (
    "acero",
    "acero inoxidable 304",
    "acero 1020",
    "acero 1020 rojo",
    "PA6",
    "pa 6 gf30",
    "PA6 GF30 negro",
    "zamak",
    "resina K-7",
    "resina",
    "de",
)
"""Families and members, grades, what no catalogue has, and what says nothing."""
CODES = ("CQI-9", "CQI-12", "CQI-09")
STATES = ("11", "14", "22", "31")
RUNGS = ("none", "documented", "iso_9001", "iatf_16949")
FIGURES = (0, 1, 99, 100, 101, LARGEST - 1, LARGEST)
SHARES = (0, 1, 5_000, 10_000)

days = st.sampled_from([TODAY + timedelta(days=number) for number in (-400, -366, -365, -364, -1, 0, 1, 400)])
"""An assessment of 365 days ago counts today for the last time, a certificate of today too."""


def mostly(usual: T, else_: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """What bars nobody, three times of four: else no pair passes all gates, and nothing is scored."""
    return st.sampled_from((True, True, True, False)).flatmap(lambda is_: st.just(usual) if is_ else else_)


figure = st.none() | st.sampled_from(FIGURES)
share = st.none() | st.sampled_from(SHARES)
envelope = st.none() | st.tuples(*[st.sampled_from((1, 100, 101, LARGEST))] * 3)
texts = st.lists(st.sampled_from(MATERIALS), max_size=3).map(tuple)

processes = st.builds(
    ProcessOffer,
    area=mostly("P01", st.just("P18")),
    materials=mostly(("acero",), texts),
    force_t=mostly(LARGEST, figure),
    envelope_mm=mostly((LARGEST, LARGEST, LARGEST), envelope),
    tolerance_um=figure,
    free_capacity=figure,
    lead_time_days=figure,
    special_processes=st.lists(
        st.builds(SpecialProcess, code=mostly("CQI-9", st.sampled_from(CODES)), assessed_on=days), max_size=3
    ).map(tuple),
)

profiles = st.builds(
    Profile,
    state=st.none() | st.sampled_from(STATES),
    list_69b=mostly("not_listed", st.sampled_from(("presumed", "definitive"))),
    looked_up=st.booleans(),
    registered_at=st.just(REGISTERED),
    processes=st.lists(processes, min_size=1, max_size=4).map(tuple),
    qms=st.sampled_from(RUNGS),
    qms_valid_to=st.none() | days,
    qms_stated_on=st.none() | st.sampled_from((date(2023, 3, 1), date(2023, 3, 2))),
    ppm_12m=figure,
    otif_bp_12m=share,
    regional_value_bp=share,
    measured=st.none()
    | st.builds(
        Measured, st.sampled_from(FIGURES), st.sampled_from(SHARES), anchors=st.just(1), months=st.just(2), until=days
    ),
)

_asked: dict[str, Any] = {
    "area": mostly("P01", st.just("P18")),
    "title": st.just("Soporte"),
    "materials": mostly(("acero inoxidable 304",), texts),
    "force_t": mostly(None, figure),
    "envelope_mm": mostly(None, envelope),
    "tolerance_um": figure,
    "annual_volume": st.sampled_from((1, 99, 100, LARGEST)),
    "lead_time_days": figure,
    "qms": st.sampled_from(RUNGS),
    "qms_waivable": st.booleans(),
    "special_processes": st.sampled_from(((), (), ("CQI-9",), ("CQI-9", "CQI-12"))),
    "ppm_max": figure,
    "otif_bp_min": share,
    "regional_value_bp_min": share,
    "plant_state": st.none() | st.sampled_from(STATES),
    "open_until": st.just(date(2026, 12, 31)),
    "wishes": mostly((), st.lists(st.sampled_from(WAIVABLE), max_size=2, unique=True).map(tuple)),
}
specifications = st.builds(Specification, **_asked)

waivers = st.lists(
    st.builds(
        Waiver,
        id=st.just(an_id("waiver")),
        gate=mostly("special_process", st.sampled_from(WAIVABLE)),
        supplier_id=st.sampled_from([None, *(an_id(f"firm {number}") for number in range(4))]),
        reason=st.just("Falta"),
        plan=st.just("Plan"),
        until=mostly(TODAY + timedelta(days=400), days),
        by=st.just("buyer"),
        at=st.just(REGISTERED),
        revoked_at=mostly(None, st.just(REGISTERED)),
    ),
    max_size=6,
).map(tuple)
"""Of the firms of `test_judging.py`, and of all; mostly of what firms lack most often."""
