"""What an RFC is, for whoever types one: by itself, whoever takes part."""

import pytest

from services.registration.api import rfcs
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import registered
from tests.registration.given import LEGAL_RFC


@pytest.mark.parametrize(
    ("rfc", "verdict", "kind", "reasons"),
    [
        ("tnb-861214-ph9", "valid", "legal", []),
        ("TNB861214PH1", "doubtful", "legal", ["rfc_check_digit"]),
        ("GODE561231GR8", "valid", "natural", []),
        ("TNB869914PH9", "refused", "legal", ["rfc_date"]),
        ("TNB", "refused", None, ["rfc_length"]),
        ("x" * 300, "refused", None, ["rfc_length"]),
    ],
)
async def test_an_rfc_is_judged_by_itself(
    stage: StageUnderTest, rfc: str, verdict: str, kind: str | None, reasons: list[str]
) -> None:
    answer = await stage.client.post("/rfc-verdicts", json={"rfc": rfc})
    told = answer.json()
    assert (answer.status_code, told["verdict"], told["kind"], told["reasons"]) == (200, verdict, kind, reasons)
    assert (told["letters"] is None) == (kind is None)


async def test_its_parts_are_told(stage: StageUnderTest) -> None:
    told = (await stage.client.post("/rfc-verdicts", json={"rfc": "gode 561231 gr8"})).json()
    assert (told["rfc"], told["letters"], told["day"], told["homoclave"]) == ("GODE561231GR8", "GODE", "561231", "GR8")


async def test_nobody_learns_from_it_who_takes_part(stage: StageUnderTest) -> None:
    before = (await stage.client.post("/rfc-verdicts", json={"rfc": LEGAL_RFC})).json()
    await registered(stage)
    assert (await stage.client.post("/rfc-verdicts", json={"rfc": LEGAL_RFC})).json() == before


async def test_whoever_asks_too_often_waits(stage: StageUnderTest) -> None:
    answers = [await stage.client.post("/rfc-verdicts", json={"rfc": "x"}) for _ in range(rfcs.LOOKS_AT_ONCE + 2)]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert "Retry-After" in answers[-1].headers
