from datetime import UTC, datetime
from uuid import UUID

from deploy.demo.figures import count
from shared.contracts.event import EventData
from shared.contracts.financing import ReferralAnswered, ReferralSent
from shared.contracts.matching import AlignedRequirement, OfferingAligned, OfferingNotAligned

AT = datetime(2026, 11, 2, 12, tzinfo=UTC)
FIRM, REFERRAL = UUID(int=1), UUID(int=2)


def aligned(*areas: str) -> OfferingAligned:
    requirements = tuple(
        AlignedRequirement(
            requirement_id=UUID(int=9), anchor_id=UUID(int=8), area=area, score=7000, targets={}, must_have=()
        )
        for area in areas
    )
    return OfferingAligned(supplier_id=FIRM, requirements=requirements, rules="r")


def referral(kind: type[ReferralSent] | type[ReferralAnswered], **fields: object) -> EventData:
    about = {"supplier_id": FIRM, "referral_id": REFERRAL, "partner": "nafin", "product": "p", "need_id": UUID(int=4)}
    return kind.model_validate(about | fields)


SENT = referral(ReferralSent, shape="direct", consent_id=UUID(int=5), answer_due_at=AT)


def answered(state: str) -> EventData:
    return referral(ReferralAnswered, state=state, answered_at=AT)


def test_the_last_word_on_a_firm_counts() -> None:
    lost = OfferingNotAligned(supplier_id=FIRM, missing=(), rules="r")
    assert count([aligned("P01"), lost]).not_aligned_count == 1
    assert count([lost, aligned("P01")]).aligned_count == 1


def test_an_area_without_demand_is_not_covered() -> None:
    assert count([aligned("P01", "P02")]).areas_covered == 0


def test_a_referral_is_answered_once_its_partner_said_anything() -> None:
    assert count([SENT]).answered()["nafin"] == 0
    figures = count([SENT, answered("acknowledged"), answered("approved")])
    assert (figures.referred()["nafin"], figures.answered()["nafin"]) == (1, 1)
    assert figures.outcomes("nafin") == {"approved": 1}
