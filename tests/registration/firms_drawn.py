"""Firms of every kind, for hypothesis: whatever a profile may say."""

from datetime import date
from decimal import Decimal
from typing import Any, get_args

from hypothesis import strategies as st

from services.registration.domain.certificates import Certificate, Standard
from services.registration.domain.limits import Delivery, Design, PartLimits, SupplyTerms
from services.registration.domain.offering import Experience, Offering, ProcessOffer, SpecialProcess
from services.registration.domain.plants import Plant
from services.registration.domain.profile import Profile, TaxOpinion
from services.registration.domain.trade import Modality, OriginList, OriginMethod, PartOrigin, TradeProgram, Vehicle
from shared.areas import CODES
from tests.registration.given import LEGAL_RFC, TODAY

LINE = st.text("abcÑñá01 -/#&;,.'\"=+@", min_size=1, max_size=12).map(lambda text: f"n{text}n")


BELOW = st.integers(0, 2_000_000_000)


INTERVAL = st.none() | st.tuples(BELOW, BELOW).map(lambda ends: (min(ends), max(ends)))


DAY = st.dates(date(2026, 3, 3), date(2090, 1, 1))


BP = st.integers(0, 10_000)


def some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


PROCESS = st.builds(
    ProcessOffer,
    area=st.sampled_from(CODES),
    materials=st.lists(LINE, max_size=3).map(tuple),
    force_t=some(BELOW),
    envelope_mm=some(st.tuples(*[st.integers(1, 2_000_000_000)] * 3)),
    tolerance_um=some(BELOW),
    installed_capacity=some(st.integers(1_000_000, 2_000_000_000)),
    free_capacity=some(st.integers(0, 1_000_000)),
    lead_time_days=some(BELOW),
    special_processes=st.lists(
        st.builds(SpecialProcess, code=st.sampled_from(["CQI-9", "CQI-11", "CQI-27"]), assessed_on=st.just(TODAY)),
        max_size=2,
        unique_by=lambda each: each.code,
    ).map(tuple),
    parts=some(
        st.builds(
            PartLimits,
            weight_g=INTERVAL,
            thickness_um=INTERVAL,
            diameter_um=INTERVAL,
            surface_ra_nm=some(BELOW),
            salt_spray_h=some(BELOW),
        )
    ),
    supply=some(
        st.builds(
            SupplyTerms,
            minimum_order=some(BELOW),
            sample_days=some(BELOW),
            tooling_days=some(BELOW),
            tooling_in_house=some(st.booleans()),
            design=some(st.sampled_from(get_args(Design))),
            ppap_level=some(st.integers(1, 5)),
            apqp=some(st.booleans()),
            deliveries=st.lists(st.sampled_from(get_args(Delivery)), unique=True).map(tuple),
            edi=some(st.booleans()),
            shifts=some(st.integers(0, 4)),
            oee_bp=some(BP),
        )
    ),
)


PLANT = st.builds(
    Plant,
    name=LINE,
    state=st.just("22"),
    municipality=st.just("22014"),
    latitude_e6=st.integers(14_500_000, 32_750_000),
    longitude_e6=st.integers(-118_600_000, -86_500_000),
)


CERTIFICATE = st.builds(
    Certificate,
    standard=st.sampled_from(get_args(Standard)),
    body=LINE,
    number=LINE,
    scope=some(LINE),
    valid_from=some(st.just(TODAY)),
    valid_to=DAY,
)


PROGRAM = st.builds(
    TradeProgram,
    program=st.just("immex"),
    modality=some(st.sampled_from(get_args(Modality))),
    number=some(LINE),
    valid_to=some(DAY),
)


ORIGIN = st.builds(
    PartOrigin,
    family=LINE,
    hs_code=st.sampled_from(["870829", "87082999", "0101210100"]),
    vehicle=st.sampled_from(get_args(Vehicle)),
    list=st.sampled_from(get_args(OriginList)),
    method=st.sampled_from(get_args(OriginMethod)),
    rvc_bp=BP,
    valid_to=some(DAY),
)


OFFER = st.builds(
    Offering,
    processes=st.lists(PROCESS, min_size=1, max_size=5, unique_by=lambda each: each.area).map(tuple),
    qms=st.sampled_from(["none", "documented"]),
    ppm_12m=some(st.integers(0, 1_000_000)),
    otif_bp_12m=some(BP),
    experience=st.sampled_from(get_args(Experience)),
    regional_value_bp=some(BP),
    certificates=st.lists(CERTIFICATE, max_size=3).map(tuple),
    languages=st.lists(st.sampled_from(["es", "en", "de"]), unique=True).map(tuple),
    payment_terms_days=some(BELOW),
    programs=st.lists(PROGRAM, max_size=1).map(tuple),
    origins=st.lists(ORIGIN, max_size=3).map(tuple),
)


FIRM = st.builds(
    Profile,
    rfc=st.just(LEGAL_RFC),
    legal_name=LINE,
    sector=st.sampled_from(["industry", "trade", "services"]),
    scian=st.just("332710"),
    state=st.just("22"),
    municipality=st.just("22014"),
    plants=st.lists(PLANT, max_size=3, unique_by=lambda each: " ".join(each.name.split())).map(tuple),
    operating_since=st.dates(date(1900, 1, 1), TODAY),
    exports=st.booleans(),
    workers=st.integers(0, 100),
    annual_sales_mxn=st.integers(10_000_000, 9_999_999_999_999_999).map(lambda cents: Decimal(cents) / 100),
    tax_opinion=st.sampled_from(get_args(TaxOpinion)),
    offering=OFFER,
)
