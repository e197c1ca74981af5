"""What a firm can show, as a buyer reads it."""

from collections.abc import Iterator
from datetime import date

from services.matching.domain.candidate import Candidate
from services.matching.domain.record import Record
from shared.origin import Judgement, judge
from shared.service.http import View


class PartLimitsView(View):
    weight_g: tuple[int, int] | None
    thickness_um: tuple[int, int] | None
    diameter_um: tuple[int, int] | None
    surface_ra_nm: int | None
    salt_spray_h: int | None


class SupplyTermsView(View):
    minimum_order: int | None
    sample_days: int | None
    tooling_days: int | None
    tooling_in_house: bool | None
    design: str | None
    ppap_level: int | None
    apqp: bool | None
    deliveries: tuple[str, ...]
    edi: bool | None
    shifts: int | None
    oee_bp: int | None


class SpecialProcessView(View):
    code: str
    assessed_on: date


class ProcessView(View):
    """What it can do in the area of the requirement."""

    area: str
    materials: tuple[str, ...]
    force_t: int | None
    envelope_mm: tuple[int, int, int] | None
    tolerance_um: int | None
    installed_capacity: int | None
    free_capacity: int | None
    lead_time_days: int | None
    special_processes: tuple[SpecialProcessView, ...]
    parts: PartLimitsView | None
    supply: SupplyTermsView | None


class CertificateView(View):
    standard: str
    body: str
    number: str | None
    scope: str | None
    site: str | None
    valid_from: date | None
    valid_to: date
    held: bool
    """Not past its last day."""


class TradeProgramView(View):
    program: str
    modality: str | None
    number: str | None
    valid_to: date | None


class PartOriginView(View):
    family: str
    hs_code: str
    vehicle: str
    list: str
    method: str
    rvc_bp: int
    valid_to: date | None
    judgement: Judgement
    required_bp: int | None
    rules: str
    """Version of the thresholds that it was judged by."""


class PlantView(View):
    name: str | None
    state: str
    municipality: str | None
    latitude_e6: int | None
    longitude_e6: int | None


class OfferView(View):
    """What the firm states of itself, beside what the score reads."""

    experience: str
    processes: list[ProcessView]
    plants: list[PlantView]
    certificates: list[CertificateView]
    languages: tuple[str, ...]
    payment_terms_days: int | None
    programs: list[TradeProgramView]
    origins: list[PartOriginView]

    @classmethod
    def of_candidate(cls, candidate: Candidate) -> "OfferView | None":
        """None while registration is unknown."""
        profile = candidate.profile
        if profile is None:
            return None
        record, today = profile.record, candidate.today
        return cls(
            experience=record.experience,
            processes=[ProcessView.of(each) for each in profile.in_area(candidate.answers.area)],
            plants=[PlantView.of(each) for each in record.plants],
            certificates=[*_certificates(record, today)],
            languages=record.languages,
            payment_terms_days=record.payment_terms_days,
            programs=[TradeProgramView.of(each) for each in record.programs],
            origins=[*_origins(record, today)],
        )


def _certificates(record: Record, today: date) -> Iterator[CertificateView]:
    for each in record.certificates:
        yield CertificateView(
            standard=each.standard,
            body=each.body,
            number=each.number,
            scope=each.scope,
            site=each.site,
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            held=each.valid_to >= today,
        )


def _origins(record: Record, today: date) -> Iterator[PartOriginView]:
    for each in record.origins:
        verdict = judge(each, today)
        yield PartOriginView(
            family=each.family,
            hs_code=each.hs_code,
            vehicle=each.vehicle,
            list=each.list,
            method=each.method,
            rvc_bp=each.rvc_bp,
            valid_to=each.valid_to,
            judgement=verdict.judgement,
            required_bp=verdict.required_bp,
            rules=verdict.rules,
        )
