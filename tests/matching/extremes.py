"""Offerings and requirements at the ends of what they can be, close enough to each other to pass now and then."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st

from services.matching.domain.offering import ProcessOffer, Profile, SpecialProcess
from services.matching.domain.performance import Measured
from services.matching.domain.record import Certificate, PartLimits, Plant, Record, SupplyTerms, TradeProgram
from services.matching.domain.record_gates import DESIGN
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

weight = st.sampled_from((1, 100, 101, LARGEST))
interval = st.none() | st.tuples(weight, weight).map(lambda ends: (min(ends), max(ends)))
maybe = st.none() | st.booleans()
WAYS, STANDARDS, PROGRAMS, SPOKEN = ("jit", "fca"), ("iso_14001", "tisax"), ("immex", "oea"), ("en", "de")
LATITUDES = (14_500_000, 20_000_000, 20_899_321, 20_899_322, 32_750_000)
"""The third is a hundred kilometres from the second, the fourth just beyond that."""
LONGITUDES = (-100_000_000, -99_100_000, -86_500_000)


def some(codes: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), max_size=2, unique=True).map(tuple)


limits = st.builds(
    PartLimits,
    weight_g=interval,
    thickness_um=interval,
    diameter_um=interval,
    surface_ra_nm=figure,
    salt_spray_h=figure,
)
terms = st.builds(
    SupplyTerms,
    minimum_order=figure,
    ppap_level=st.none() | st.integers(1, 5),
    apqp=maybe,
    design=st.none() | st.sampled_from(tuple(DESIGN)),
    deliveries=some(WAYS),
    edi=maybe,
)
plants = st.builds(
    Plant,
    state=st.just("11"),
    latitude_e6=st.none() | st.sampled_from(LATITUDES),
    longitude_e6=st.none() | st.sampled_from(LONGITUDES),
)
records = st.builds(
    Record,
    plants=st.lists(plants, max_size=2).map(tuple),
    certificates=st.lists(
        st.builds(Certificate, standard=st.sampled_from(STANDARDS), body=st.just("C"), valid_to=days), max_size=3
    ).map(tuple),
    languages=some(SPOKEN),
    programs=st.lists(
        st.builds(TradeProgram, program=st.sampled_from(PROGRAMS), valid_to=st.none() | days), max_size=3
    ).map(tuple),
)

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
    parts=st.none() | limits,
    supply=st.none() | terms,
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
    record=records,
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
    "tolerance_must": mostly(False, st.booleans()),
    "part_weight_g": mostly(None, weight),
    "part_thickness_um": mostly(None, weight),
    "part_diameter_um": mostly(None, weight),
    "surface_ra_nm_max": mostly(None, figure),
    "salt_spray_h_min": mostly(None, figure),
    "minimum_order_max": mostly(None, figure),
    "ppap_level_min": mostly(None, st.integers(1, 5)),
    "apqp": mostly(False, st.booleans()),
    "design_min": mostly(None, st.sampled_from(tuple(DESIGN))),
    "deliveries": mostly((), some(WAYS)),
    "edi": mostly(False, st.booleans()),
    "certificates": mostly((), some(STANDARDS)),
    "programs": mostly((), some(PROGRAMS)),
    "languages": mostly((), some(SPOKEN)),
    "plant_latitude_e6": st.sampled_from(LATITUDES),
    "plant_longitude_e6": st.sampled_from(LONGITUDES),
    "distance_km_max": mostly(None, st.sampled_from((1, 100, 500))),
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
