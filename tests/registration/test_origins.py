"""Origin of parts under the T-MEC, by its thresholds (`shared.origin`), and how a firm sees it judged."""

from datetime import date, timedelta

import pytest

from services.registration.domain.trade import OriginList, OriginMethod, PartOrigin, Vehicle
from shared.origin import RULES, judge, required
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import WHOLE, registered

DAY = timedelta(days=1)
LAST_STEP = date(2023, 7, 1)


def origin(
    list_: OriginList = "core",
    method: OriginMethod = "net_cost",
    vehicle: Vehicle = "light",
    rvc_bp: int = 7_500,
    valid_to: date | None = None,
) -> PartOrigin:
    return PartOrigin(
        family="x", hs_code="870829", list=list_, method=method, vehicle=vehicle, rvc_bp=rvc_bp, valid_to=valid_to
    )


@pytest.mark.parametrize(
    ("given", "on", "asked"),
    [
        (origin(), LAST_STEP, 7_500),
        (origin(), LAST_STEP - DAY, 7_200),
        (origin(), date(2020, 7, 1), 6_600),
        (origin(), date(2020, 6, 30), None),
        (origin("core", "transaction_value"), LAST_STEP, 8_500),
        (origin("principal"), LAST_STEP, 7_000),
        (origin("principal", "transaction_value"), LAST_STEP, 8_000),
        (origin("complementary"), LAST_STEP, 6_500),
        (origin("principal", vehicle="heavy"), date(2027, 6, 30), 6_400),
        (origin("principal", vehicle="heavy"), date(2027, 7, 1), 7_000),
        (origin("complementary", vehicle="heavy"), date(2027, 7, 1), 6_000),
        (origin("other"), LAST_STEP, None),
    ],
)
def test_what_a_list_asks_for_on_a_day(given: PartOrigin, on: date, asked: int | None) -> None:
    assert required(given, on) == asked


def test_how_content_is_judged() -> None:
    assert judge(origin(rvc_bp=7_500), LAST_STEP) == ("met", 7_500, RULES)
    assert judge(origin(rvc_bp=7_499), LAST_STEP) == ("below", 7_500, RULES)
    assert judge(origin(rvc_bp=7_499), LAST_STEP - DAY) == ("met", 7_200, RULES)
    assert judge(origin(valid_to=LAST_STEP), LAST_STEP) == ("met", 7_500, RULES)
    assert judge(origin(valid_to=LAST_STEP - DAY), LAST_STEP) == ("expired", 7_500, RULES)
    assert judge(origin("other"), LAST_STEP) == ("no_rule", None, RULES)


async def test_a_firm_sees_its_origins_judged_on_a_day(stage: StageUnderTest) -> None:
    firm = await registered(stage, **WHOLE)
    path, own = f"/suppliers/{firm['id']}/origins", stage.headers("supplier", supplier_id=firm["id"])
    before = await stage.client.get(path, params={"on": "2027-03-02"}, headers=own)
    assert before.json() == {
        "on": "2027-03-02",
        "origins": [
            {
                "family": "Soportes de motor",
                "hs_code": "87082999",
                "judgement": "met",
                "required_bp": 7_400,
                "rules": RULES,
            }
        ],
    }
    after = await stage.client.get(path, params={"on": "2027-07-01"}, headers=own)
    (judged,) = after.json()["origins"]
    assert (judged["judgement"], judged["required_bp"]) == ("expired", 8_000)
    assert (await stage.client.get(path, headers=own)).status_code == 200
    other = stage.headers("supplier", supplier_id="00000000-0000-0000-0000-000000000001")
    assert (await stage.client.get(path, headers=other)).status_code == 403
    missing = path.replace(firm["id"], "00000000-0000-0000-0000-000000000001")
    assert (await stage.client.get(missing, headers=stage.headers("operator"))).status_code == 404
