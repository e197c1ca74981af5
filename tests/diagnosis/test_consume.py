from services.diagnosis import store
from shared.testing.stage import StageUnderTest, types
from tests.diagnosis.builders import SUPPLIER
from tests.diagnosis.calls import answered
from tests.diagnosis.test_handlers import NOT_ALIGNED, WITHDRAWN, activity, aligned


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
