from dataclasses import replace
from uuid import UUID

from services.development import store
from services.development.catalogue import modules
from services.development.domain.candidate import Awaited, Referral, ended
from services.development.domain.delivery import complete_activity, give_evidence
from services.development.domain.place import DropOut, Leaving, Reinstatement
from services.development.domain.plan import Plan, plan_id, propose
from services.development.domain.requirement import Requirement
from services.development.store import rounds
from shared.testing.stage import StageUnderTest
from tests.development import given
from tests.development.decided import both_agree, selected

LEAVING = Leaving("Cambió de giro", "operator-1", given.NOW)


def completed_plan(number: int) -> Plan:
    plan = propose(
        plan_id(given.COHORT_ID, given.supplier(number)), (given.gap("T04"), given.gap("A01")), modules(), bankable=True
    )
    agreed = both_agree(plan)
    assert isinstance(agreed, Plan)
    activity_id = agreed.activities[0].activity_id
    shown = give_evidence(agreed, activity_id, given.evidence(activity_id))
    assert isinstance(shown, Plan)
    done = complete_activity(shown, activity_id, given.DELIVERABLE.identity(activity_id), given.MENTOR, given.NOW)
    assert isinstance(done, Plan)
    return done


async def test_every_aggregate_comes_back_as_it_was_stored(stage: StageUnderTest) -> None:
    firm = replace(
        given.candidate(1, blocked_by=("A01",)),
        referrals=(Referral(UUID(int=1), "nafin", "factoring", "sent"),),
        cohort_id=given.COHORT_ID,
        plan=completed_plan(1),
        mentor=given.MENTOR,
        leavings=(LEAVING, replace(LEAVING, taken_back_by="operator-2", taken_back_at=given.LATER)),
        awaited=(Awaited("T04", UUID(int=2)),),
        unscored=("C02",),
    )
    firm = replace(firm, past_plans=ended(firm, "dropped_out", "Cambió de giro", given.LATER))
    bare = given.candidate(2, match=None, standing=None, result=None)
    back = Reinstatement("Fue un error", "operator-3", given.LATER)
    left = DropOut(firm.id, "Cambió de giro", "operator-2", given.NOW, proposed=LEAVING, reinstated=back)
    round_ = replace(given.cohort(5, given.override(1, "in")), drop_outs=(left,))
    [(_, line)] = selected([given.candidate(1)], round_)
    heading = Requirement(given.requirement(1), "P01", "Soporte")
    async with stage.database.transaction() as connection:
        await store.candidates.save_many(connection, [firm, bare], [])
        await store.cohorts.save_many(connection, [round_], [])
        await store.outcomes.save_many(connection, [line], [])
        await store.requirements.save_many(connection, [heading], [])
        loaded = await store.candidates.load_many(connection, [firm.id, bare.id])
        assert loaded == {firm.id: firm, bare.id: bare}
        assert await store.cohorts.load_many(connection, [round_.id]) == {round_.id: round_}
        assert await store.outcomes.load_many(connection, [line.id]) == {line.id: line}
        assert await store.requirements.load_many(connection, [heading.id]) == {heading.id: heading}
        assert await store.candidate(connection, firm.id) == firm
        assert await rounds.cohort(connection, round_.id) == round_


async def test_titles_of_more_requirements_than_a_statement_has_parameters(stage: StageUnderTest) -> None:
    heading = Requirement(given.requirement(1), "P01", "Soporte")
    asked = {given.requirement(place) for place in range(40_000)}
    async with stage.database.transaction() as connection:
        await store.requirements.save_many(connection, [heading], [])
        assert await rounds.titles(connection, asked) == {heading.id: "Soporte"}


async def test_only_diagnosed_firms_without_a_cohort_await_selection(stage: StageUnderTest) -> None:
    waiting = given.candidate(2)
    undiagnosed = given.candidate(1, result=None)
    placed = replace(given.candidate(3), cohort_id=given.COHORT_ID)
    async with stage.database.transaction() as connection:
        await store.candidates.save_many(connection, [waiting, undiagnosed, placed], [])
        assert await rounds.awaiting_selection(connection, rounds.FIRST, 10) == [waiting.id]
        assert await rounds.pool(connection, rounds.FIRST, 10) == [waiting]
        await store.candidates.save_many(connection, [], [replace(waiting, cohort_id=given.COHORT_ID)])
        assert await rounds.awaiting_selection(connection, rounds.FIRST, 10) == []


async def test_plans_by_status_page_by_page(stage: StageUnderTest) -> None:
    firms = [replace(given.candidate(number), plan=completed_plan(number)) for number in (1, 2, 3)]
    async with stage.database.transaction() as connection:
        await store.candidates.save_many(connection, [*firms, given.candidate(4)], [])
        assert await store.with_plans(connection, None, None, None, 2) == firms[:2]
        assert await store.with_plans(connection, "agreed", None, firms[1].id, 2) == firms[2:]
        assert await store.with_plans(connection, "completed", None, None, 2) == []
