"""Every way of a plan and of a place, walked over HTTP on a real store: what few walks by chance do."""

from collections.abc import Iterator

from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.development.test_api_model import GAPS, Firm
from tests.walking import tread


def every_way(firm: Firm) -> Iterator[object]:
    """Of a plan, its activities and its place."""
    yield firm.begin("proposed")
    yield firm.drop_out(Role.OPERATOR, "operator-2")
    yield firm.propose_drop_out(back=False)
    yield firm.drop_out(Role.OPERATOR, "operator-1")
    yield firm.propose_drop_out(back=True)
    yield firm.propose_drop_out(back=False)
    yield firm.drop_out(Role.OPERATOR, "operator-2")
    yield firm.come_back()
    yield firm.agree()
    yield from _plan(firm)
    yield firm.drop_out(Role.SUPPLIER, "")
    yield firm.come_back()
    yield firm.drop_out(Role.SUPPLIER, "")
    yield firm.select()
    yield firm.come_back()
    yield firm.agree()
    yield firm.complete(0)
    yield firm.return_it(0)
    yield firm.drop_out(Role.SUPPLIER, "")
    yield firm.select()


def _plan(firm: Firm) -> Iterator[object]:
    yield firm.complete(0)
    yield firm.return_it(0)
    yield firm.complete(0)
    yield firm.learn("A01")
    yield from _both(firm)
    yield firm.return_it(0)
    yield firm.remove(0, Role.MENTOR)
    yield firm.keep_activity(0, Role.SUPPLIER)
    yield firm.complete(0)
    yield firm.remove(0, Role.SUPPLIER)
    yield firm.learn("C02")
    yield firm.learn("C02")
    yield from _both(firm)
    yield firm.keep_activity(0, Role.MENTOR)
    yield from _both(firm)
    yield firm.complete(0)
    yield firm.select()
    for question in GAPS:
        yield firm.score(question, visit=True)
    yield firm.select()


def _both(firm: Firm) -> Iterator[object]:
    yield firm.revise(Role.SUPPLIER)
    yield firm.revise(Role.MENTOR)


def one_question_twice(firm: Firm) -> Iterator[object]:
    """Two activities for one question, each completed on evidence of its own; an assessor sees nothing in the first."""
    yield firm.begin("completed")
    yield firm.learn("T04")
    yield firm.learn("T04")
    yield from _both(firm)
    yield firm.complete(0)
    yield firm.see_nothing(0)
    yield firm.drop_out(Role.SUPPLIER, "")
    yield firm.select()
    yield firm.score("T04", visit=False)
    yield firm.select()


async def test_each_evidence_for_one_question_stands_on_its_own(stage: StageUnderTest) -> None:
    await tread(lambda do: Firm(do, stage), one_question_twice, Firm.what_people_said_stands)


async def test_every_way_of_a_plan_and_a_place_is_walked(stage: StageUnderTest) -> None:
    await tread(lambda do: Firm(do, stage), every_way, Firm.what_people_said_stands)
