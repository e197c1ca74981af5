from services.diagnosis import store
from services.diagnosis.domain.applicability import Offering
from shared.contracts.registration import SupplierChanged
from shared.testing.stage import StageUnderTest, types
from tests.diagnosis.builders import ANCHOR, SUPPLIER
from tests.diagnosis.calls import PATH, answered, get
from tests.diagnosis.test_applicability import event
from tests.diagnosis.test_handlers import NOT_ALIGNED, WITHDRAWN, activity, aligned
from tests.diagnosis.test_handlers_differences import changed


async def status(stage: StageUnderTest) -> tuple[str, bool, bool]:
    async with stage.database.connection() as connection:
        diagnosis = await store.diagnosis_of(connection, SUPPLIER)
    assert diagnosis is not None
    return diagnosis.status, diagnosis.required, diagnosis.withdrawn


async def test_alignment_opens_once_however_often_it_is_told(stage: StageUnderTest) -> None:
    await stage.consume(aligned(), aligned())
    await stage.consume(aligned())
    assert await status(stage) == ("open", True, False)
    assert types(await stage.told()) == ["diagnosis.diagnosis-opened"]


async def test_events_of_three_topics_in_one_batch_meet_in_one_row(stage: StageUnderTest) -> None:
    outcome = await stage.consume(activity("A01"), aligned(), NOT_ALIGNED)
    assert outcome.applied == 3
    assert await status(stage) == ("open", False, False)


async def test_what_a_firm_makes_is_known_whenever_it_is_told(stage: StageUnderTest) -> None:
    await stage.consume(event(), aligned())
    await stage.consume(event("CQI-15", kind=SupplierChanged))
    async with stage.database.connection() as connection:
        diagnosis = await store.diagnosis_of(connection, SUPPLIER)
    assert diagnosis is not None
    assert (diagnosis.status, diagnosis.offering) == ("open", Offering(("P04",), ("CQI-15",), "small", "11"))


async def test_firms_of_which_nobody_asks_anything_are_in_no_list_but_their_own(stage: StageUnderTest) -> None:
    await stage.consume(event())
    headers = stage.headers("operator")
    for path, number in (("/diagnoses", 0), ("/diagnoses?status=waiting", 1)):
        assert len((await stage.client.get(path, headers=headers)).json()["items"]) == number


async def test_a_withdrawn_firm_stays_closed(stage: StageUnderTest) -> None:
    await stage.consume(WITHDRAWN)
    await stage.consume(aligned())
    assert await status(stage) == ("waiting", False, True)
    assert types(await stage.told()) == []


async def test_new_targets_after_validation_are_told_as_the_next_version(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    await answered(stage, T04=3)
    (asked,) = aligned().requirements
    stricter = aligned((asked.anchor_id, {"T04": 4}, ()))
    await stage.consume(stricter, stricter)
    assert types(await stage.told())[-2:] == ["diagnosis.diagnosis-completed", "diagnosis.diagnosis-completed"]


async def test_gaps_follow_a_requirement_that_is_tightened_and_then_closed(stage: StageUnderTest) -> None:
    asked = aligned((ANCHOR, {"T04": 3}, ())).model_copy(update={"revision": 1})
    await stage.consume(asked)
    await answered(stage, T04=3)
    await stage.told()

    async def gaps() -> list[tuple[str, int, str]]:
        items = (await get(stage, "supplier", f"{PATH}/gaps", SUPPLIER)).json()["items"]
        return [(each["question"], each["target"], each["severity"]) for each in items]

    assert await gaps() == []
    tightened = aligned((ANCHOR, {"T04": 4}, ("T04",))).requirements
    await stage.consume(changed(2, requirements=tightened))
    assert await gaps() == [("T04", 4, "minor")]
    await stage.consume(changed(3, 1))
    assert await gaps() == []
    told = await stage.told()
    assert types(told) == ["diagnosis.diagnosis-completed"] * 2
    assert [[gap["question"] for gap in each.data["result"]["gaps"]] for each in told] == [["T04"], []]
    late = aligned((ANCHOR, {"T04": 4}, ("T04",))).model_copy(update={"revision": 2})
    await stage.consume(late)
    assert (await gaps(), await stage.told()) == ([], []), "what was asked before it was closed"
