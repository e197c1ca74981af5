"""Products are operators' data: editions with days, the best proposed, the least data that a consent has to name."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.financing.catalogue import read
from services.financing.domain.identify import with_needs
from services.financing.domain.product import Offer, Product, in_force
from services.financing.domain.terms import Limits, Terms
from services.financing.handlers import partners as handlers
from services.financing.handlers import referrals
from services.financing.views.products import ProductBody
from shared.contracts.financing import NeedIdentified
from shared.messaging.decision import Decision, Refused
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.financing.calls import PRODUCT, known, ok
from tests.financing.given import FIRM, NOW, TERMS, asked, consented, firm, need_of

CODE = "nafin-prueba"
TODAY = NOW.date()
SHIPPED = "nafin-guaranteed-simple"


def product(**different: Any) -> Product:
    return replace(ProductBody.model_validate(PRODUCT).product(CODE), **different)


def terms(*editions: Product, today: date = TODAY) -> Terms:
    offers = {each.code: tuple(one for one in editions if one.code == each.code) for each in editions}
    made = tuple(Offer(FIRM.id, code, found) for code, found in offers.items())
    return read().terms((), Limits(), made, today)


def options(known: Terms, purpose: str = "certification") -> dict[str, Any]:
    needs = with_needs(FIRM, known, TODAY).needs
    [need] = [each for each in needs if each.purpose == purpose]
    return {option.product: option for option in need.options}


@pytest.mark.parametrize(
    ("day", "edition"), [("2025-12-31", 1), ("2026-01-01", 2), ("2026-06-30", 2), ("2026-07-01", None)]
)
def test_an_edition_takes_the_place_of_those_before_it_and_after_its_last_day_there_is_none(
    day: str, edition: int | None
) -> None:
    second = product(edition=2, valid_from=date(2026, 1, 1), valid_until=date(2026, 6, 30))
    found = in_force([product(), second], date.fromisoformat(day))
    assert (found and found.edition) == edition


def test_the_best_of_those_that_serve_is_proposed_and_every_one_has_its_verdict() -> None:
    shipped = options(TERMS)
    assert [option.product for option in shipped.values() if option.proposed] == [
        next(option.product for option in shipped.values() if option.eligible)
    ]
    ours = options(terms(product()))
    assert (ours[CODE].proposed, ours[SHIPPED].proposed, ours[SHIPPED].eligible) == (True, False, True)
    strict = options(terms(product(min_years=50)))
    assert (strict[CODE].proposed, strict[CODE].reasons) == (False, ("operating_time_too_short",))
    assert strict[SHIPPED].proposed


def test_a_need_keeps_the_edition_that_judged_it() -> None:
    changed = replace(next(each for each in read().products if each.code == SHIPPED), edition=7)
    assert {code: option.edition for code, option in options(terms(changed)).items() if option.edition != 1} == {
        SHIPPED: 7
    }


def test_a_referral_under_a_consent_without_the_least_data_is_not_sent_and_says_which() -> None:
    known, case = terms(product()), firm()
    narrow = consented(case, classes=("need", "contact"))
    refused = referrals.refer(narrow, asked(narrow, product=CODE), NOW, known)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.params["classes"]) == (
        "data_classes_missing",
        [{"code": "data.identity", "params": {}}],
    )
    less = terms(product(min_classes=("need",)))
    assert isinstance(referrals.refer(narrow, asked(narrow, product=CODE), NOW, less), Decision), "it asks for less"
    wide = consented(case)
    assert isinstance(referrals.refer(wide, asked(wide, product=CODE), NOW, known), Decision)


def test_time_alone_begins_and_ends_an_edition() -> None:
    begins = terms(product(valid_from=date(2026, 5, 1), valid_until=date(2026, 5, 31)))
    assert {date(2026, 5, 1), date(2026, 6, 1)} <= begins.turning
    assert CODE not in options(begins)
    assert CODE in options(terms(product(valid_from=date(2026, 5, 1)), today=date(2026, 5, 1)))


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"partner": "nadie"}, "partner_unknown"),
        ({"partner": "cluster"}, "shape_of_another_kind"),
        ({"partner": "cluster", "shape": "non_financial", "min_classes": ("capacity",)}, "data_class_not_allowed"),
    ],
)
def test_what_cannot_be_a_product_is_refused(different: dict[str, Any], code: str) -> None:
    refused = handlers.put_product(None, product(**different), None, TERMS)
    assert isinstance(refused, Refused)
    assert refused.code == code


def test_the_same_edition_again_changes_nothing_and_another_one_is_the_next() -> None:
    first = handlers.put_product(None, product(), None, TERMS)
    assert isinstance(first, Decision)
    again = handlers.put_product(first.state, product(), None, TERMS)
    assert isinstance(again, Decision)
    assert (again.state, again.sweeps) == (first.state, ())
    other = handlers.put_product(first.state, product(min_years=3), None, TERMS)
    assert isinstance(other, Decision)
    assert other.state is not None
    assert [each.edition for each in other.state.editions] == [1, 2]


async def test_a_product_needs_no_release(stage: StageUnderTest) -> None:
    await known(stage)
    await stage.told()
    put = await ok(stage, "PUT", f"/products/{CODE}", PRODUCT, role=Role.OPERATOR)
    assert (put["in_force"], [each["edition"] for each in put["editions"]]) == (1, [1])
    later = PRODUCT | {"valid_from": "2099-01-01"}
    await ok(stage, "PUT", f"/products/{CODE}", later, role=Role.OPERATOR)
    shown = await ok(stage, "GET", f"/products/{CODE}")
    assert (shown["in_force"], len(shown["editions"])) == (1, 2)
    listed = await ok(stage, "GET", "/products?limit=1")
    assert listed["items"][0]["code"] == CODE, "its rank is the smallest"
    await stage.sweep()
    (told,) = [event.data for event in await stage.told() if event.type == NeedIdentified.TYPE]
    assert [each["product"] for each in told["options"] if each["proposed"]] == [CODE]
    shipped = await ok(stage, "GET", f"/products/{SHIPPED}")
    assert [each["edition"] for each in shipped["editions"]] == [1]


async def test_a_partner_s_editions_and_its_own_days_are_kept(stage: StageUnderTest) -> None:
    body = {"name": "Nacional Financiera", "kind": "development_bank", "sla_days": 20}
    await ok(stage, "PUT", "/partners/nafin", body, role=Role.OPERATOR)
    own = body | {
        "sla_days": 10,
        "reminder_bp": 5_000,
        "silence_days": 7,
        "erase_days": 30,
        "source": "Convenio 1/2026",
    }
    await ok(stage, "PUT", "/partners/nafin", own, role=Role.OPERATOR)
    shown = await ok(stage, "GET", "/partners/nafin")
    assert (shown["edition"], shown["source"], shown["past"][0]["sla_days"]) == (2, "Convenio 1/2026", 20)


def test_a_partner_s_own_days_hold_before_the_stage_s() -> None:
    partner = TERMS.partner("nafin")
    assert partner is not None
    own = read().terms((replace(partner, silence_days=7, erase_days=30, reminder_bp=5_000),), Limits())
    assert (own.limits_of("nafin").supplier_silence_days, own.limits_of("nafin").erase_days) == (7, 30)
    assert own.limits_of("bancomext") == Limits()
    case = consented()
    sent = referrals.refer(case, asked(case), NOW, own)
    assert isinstance(sent, Decision)
    assert sent.state is not None
    [referral] = sent.state.referrals
    assert referral.lapse_at is not None
    assert referral.remind_at == NOW + (referral.lapse_at - NOW) / 2
    over = replace(partner, valid_until=date(2026, 1, 31))
    ended = read().terms((over,), Limits())
    assert not over.is_open(TODAY)
    assert "partner_inactive" in options(ended)[SHIPPED].reasons
    assert need_of(case, "certification")
