"""What anchors measure of a firm after an award, and what it makes of the firm's match."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.matching import catalogue
from services.matching.domain.answers import Answer, Answers
from services.matching.domain.award import Award
from services.matching.domain.match import match_id
from services.matching.domain.performance import (
    MOST_REPORTS,
    Figures,
    Measured,
    Reply,
    Report,
    Retraction,
    Worst,
    measured,
)
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Specification
from services.matching.domain.score import Criterion, score
from services.matching.handlers import answers, performance
from services.matching.handlers import offerings as handlers
from services.matching.views.performance import reports_of
from shared.contracts.matching import PerformanceAnswered, PerformanceReported, PerformanceRetracted
from shared.days import start_of
from shared.messaging.decision import Decision, Refused, Timer
from tests.matching.given import (
    ANCHOR,
    NOW,
    REGISTERED,
    RULES,
    SUPPLIER,
    TODAY,
    an_id,
    matched,
    need,
    process,
    profile,
    registered,
    requirement,
)

ASKED, OTHER = an_id("requirement"), an_id("other")
MATCH = match_id(SUPPLIER, ASKED)
GIVEN = start_of(date(2025, 6, 20))
"""When it was awarded."""
GOOD, BAD = Figures(10, 9_900, 1_000), Figures(90, 8_000, 3_000)
JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
KPIS = need(ppm_max=50, otif_bp_min=9_500)


def report(month: date, figures: Figures = GOOD, requirement_id: Any = ASKED, anchor_id: Any = ANCHOR) -> Report:
    return Report(requirement_id, anchor_id, month, figures, "buyer", NOW)


def buying(*more: Answer) -> Offering:
    """A firm from which one anchor buys."""
    bought = Answer("award", "awarded", "buyer", GIVEN, award=Award(Decimal(1_500_000), "MXN", 90_000))
    return replace(matched(requirement()), answers=(Answers(ASKED, ANCHOR, "P01", (bought, *more)),))


def told(state: Offering | None, month: date, figures: Figures = GOOD) -> Decision[Offering]:
    outcome = performance.report(state, MATCH, month, figures, "buyer", NOW, RULES)
    assert isinstance(outcome, Decision), outcome
    return outcome


def code(state: Offering | None, month: date, figures: Figures = GOOD) -> str:
    outcome = performance.report(state, MATCH, month, figures, "buyer", NOW, RULES)
    assert isinstance(outcome, Refused)
    return outcome.code


def refusal(outcome: Decision[Offering] | Refused) -> str:
    assert isinstance(outcome, Refused)
    return outcome.code


def kpis(offering: Offering | None, asked: Specification = KPIS, today: date = TODAY) -> Criterion:
    assert offering is not None
    assert offering.profile is not None
    found = score(offering.profile, offering.profile.processes[0], asked, RULES, today).criteria
    return next(each for each in found if each.criterion == "quality_kpis")


def test_one_report_is_shown_and_the_second_one_counts() -> None:
    one = told(buying(), JANUARY, BAD)
    assert one.state is not None
    assert (one.then, one.timers, one.state.profile and one.state.profile.measured) == (None, (), None)
    assert [(view.month, view.replaced) for view in reports_of(SUPPLIER, one.state.performance)] == [("2026-01", False)]
    two = told(one.state, FEBRUARY, GOOD)
    assert two.then is not None
    assert two.then.wanted == "judged"
    assert two.timers == (Timer(handlers.CERTIFICATE_EXPIRES, start_of(date(2027, 3, 1))),)
    found = kpis(two.state)
    assert (found.points, found.offer, found.measured) == (0, "70 ppm, 84.75 %", True)
    assert kpis(two.state, today=date(2027, 3, 1)).status == "unknown"


def test_measured_figures_are_weighted_by_volume_and_rounded_against_the_firm() -> None:
    found = measured([report(JANUARY, Figures(0, 10_000, 2)), report(FEBRUARY, Figures(1, 9_999, 1))], 12, 2)
    assert found == Measured(1, 9_999, 1, 2, date(2027, 2, 28), Worst(1, "2026-02", 9_999, "2026-02"))
    anchors = [report(JANUARY), report(JANUARY, BAD, OTHER, an_id("another anchor"))]
    assert measured(anchors, 12, 2) == Measured(
        70, 8_475, 2, 1, date(2027, 1, 31), Worst(70, "2026-01", 8_475, "2026-01")
    )


def test_only_the_twelve_months_up_to_the_last_one_count() -> None:
    old, within = date(2025, 2, 1), date(2025, 3, 1)
    assert measured([report(old, BAD), report(FEBRUARY)], 12, 2) is None
    assert measured([report(within, BAD), report(FEBRUARY)], 12, 2) == Measured(
        70, 8_475, 1, 2, date(2027, 2, 28), Worst(90, "2025-03", 8_000, "2025-03")
    )
    assert measured([], 12, 2) is None


@given(
    st.lists(
        st.builds(Figures, st.integers(0, 1_000_000), st.integers(0, 10_000), st.integers(0, 2_000_000_000)),
        min_size=2,
        max_size=12,
    )
)
def test_what_is_measured_lies_between_the_worst_and_the_best_month(months: list[Figures]) -> None:
    found = measured([report(date(2025, number, 1), each) for number, each in enumerate(months, 1)], 12, 2)
    had = [each for each in months if each.delivered]
    assert (found is None) == (len(had) < 2), "a month without pieces has no figures"
    if found is not None:
        assert found.worst is not None
        assert min(each.ppm for each in had) <= found.ppm <= found.worst.ppm == max(each.ppm for each in had)
        worst = min(each.otif_bp for each in had)
        assert found.worst.otif_bp == worst <= found.otif_bp <= max(each.otif_bp for each in had)


def test_a_terrible_month_of_few_pieces_is_told_beside_a_good_year() -> None:
    terrible = Figures(400_000, 1_000, 50)
    months = [report(date(2025, number, 1), Figures(5, 9_900, 9_000)) for number in range(1, 12)]
    other = report(FEBRUARY, Figures(0, 10_000, 50), OTHER, an_id("another anchor"))
    found = measured([*months, report(FEBRUARY, terrible), other], 12, 2)
    assert found is not None
    assert (found.ppm, found.otif_bp) == (252, 9_894)
    assert found.worst == Worst(200_000, "2026-02", 5_500, "2026-02"), "of all anchors together: none is betrayed"


def test_other_figures_of_a_month_replace_those_before_which_stay_on_record() -> None:
    first = told(told(buying(), JANUARY).state, FEBRUARY, BAD)
    second = told(first.state, FEBRUARY, GOOD)
    (event,) = second.events
    assert isinstance(event, PerformanceReported)
    assert (event.month, event.ppm, event.delivered, event.corrected) == ("2026-02", 10, 1_000, True)
    assert second.state is not None
    shown = reports_of(SUPPLIER, second.state.performance)
    assert [(each.month, each.ppm, each.replaced) for each in shown][-1] == ("2026-01", 10, False)
    assert {(each.month, each.ppm, each.replaced) for each in shown[:2]} == {
        ("2026-02", 10, False),
        ("2026-02", 90, True),
    }
    assert kpis(second.state).points == 1_000
    again = told(second.state, FEBRUARY, GOOD)
    assert (again.events, again.state) == ((), second.state)


def test_a_month_must_be_over_and_one_in_which_something_was_bought() -> None:
    assert code(buying(), MARCH) == "month_not_over"
    assert code(buying(), date(2027, 1, 1)) == "month_not_over"
    assert code(buying(), date(2025, 5, 1)) == "month_not_bought"
    assert told(buying(), date(2025, 6, 1)).events
    ended = Answer("end", "ended", "buyer", start_of(date(2026, 1, 3)), "completed")
    assert told(buying(ended), JANUARY).events
    assert code(buying(ended), FEBRUARY) == "month_not_bought"
    assert code(buying(replace(ended, reason="mistyped")), JANUARY) == "month_not_bought"
    assert code(buying(), JANUARY, Figures(0, 10_000, 90_001)) == "report_volume"
    assert code(buying(), JANUARY, Figures(0, 10_000, 0)) == "nothing_delivered"
    assert code(None, JANUARY) == code(matched(requirement()), JANUARY) == "match_unknown"


def test_of_an_award_that_was_never_one_no_report_counts() -> None:
    state = told(told(buying(), JANUARY).state, FEBRUARY).state
    assert state is not None
    for reason, counts in (("completed", True), ("mistyped", False)):
        outcome = answers.end(state, MATCH, reason, "buyer", NOW, RULES)  # type: ignore[arg-type]
        assert isinstance(outcome, Decision)
        assert outcome.state is not None
        assert outcome.then is not None
        assert outcome.then.wanted == ("matched" if counts else "judged")
        assert kpis(outcome.state).measured is counts
        assert len(outcome.state.performance) == 2


def test_a_wrong_report_is_taken_back_and_may_be_given_again() -> None:
    state = told(told(buying(), JANUARY, BAD).state, FEBRUARY, BAD).state
    ended = performance.retract(state, MATCH, JANUARY, Retraction("other_firm", "buyer", NOW), NOW, RULES)
    assert isinstance(ended, Decision)
    (event,) = ended.events
    assert isinstance(event, PerformanceRetracted)
    assert (event.month, event.reason) == ("2026-01", "other_firm")
    assert ended.then is not None
    assert ended.then.wanted == "judged"
    assert ended.timers == (Timer(handlers.CERTIFICATE_EXPIRES, start_of(date(2029, 1, 10))),), (
        "the certificate's again"
    )
    assert kpis(ended.state).status == "unknown", "one report alone counts for nothing"
    assert ended.state is not None
    shown = reports_of(SUPPLIER, ended.state.performance)
    assert [(each.month, each.ppm, each.retraction) for each in shown] == [
        ("2026-02", 90, None),
        ("2026-01", 90, "other_firm"),
    ]
    assert (
        refusal(performance.answer(ended.state, MATCH, JANUARY, Reply("accepted", "firm", NOW), NOW))
        == "report_unknown"
    )
    again = performance.retract(ended.state, MATCH, JANUARY, Retraction("mistyped", "other", NOW), NOW, RULES)
    assert isinstance(again, Decision)
    assert (again.events, again.state) == ((), ended.state)
    given = told(ended.state, JANUARY, BAD)
    assert [event.month for event in given.events if isinstance(event, PerformanceReported)] == ["2026-01"]
    assert kpis(given.state).offer == "90 ppm, 80.00 %"
    for month in (MARCH, JANUARY):
        back = performance.retract(buying(), MATCH, month, Retraction("other", "buyer", NOW), NOW, RULES)
        assert refusal(back) == "report_unknown"


def test_a_report_is_taken_back_also_when_nothing_is_bought_any_more() -> None:
    ended = Answer("end", "ended", "buyer", start_of(date(2026, 2, 3)), "completed")
    state = told(told(buying(ended), JANUARY).state, FEBRUARY).state
    back = performance.retract(state, MATCH, FEBRUARY, Retraction("other_month", "buyer", NOW), NOW, RULES)
    assert isinstance(back, Decision)
    assert kpis(back.state).measured is False


def test_a_program_in_a_loop_is_stopped_and_the_row_has_an_end() -> None:
    state: Offering | None = buying()
    for ppm in range(20):
        state = told(state, JANUARY, replace(GOOD, ppm=ppm)).state
    assert code(state, JANUARY) == "reports_too_many"
    assert state is not None
    months = [report(date(1950 + number // 12, number % 12 + 1, 1)) for number in range(MOST_REPORTS - 20)]
    full = replace(state, performance=(*months, *state.performance))
    after = told(full, FEBRUARY).state
    assert after is not None
    assert len(after.performance) == MOST_REPORTS
    assert months[0] in after.performance
    assert full.performance[-20] not in after.performance


def test_the_firm_answers_and_no_figure_goes() -> None:
    state = told(told(buying(), JANUARY, BAD).state, FEBRUARY).state
    contested = Reply("contested", "firm", NOW, "defects")
    outcome = performance.answer(state, MATCH, JANUARY, contested, NOW)
    assert isinstance(outcome, Decision)
    (event,) = outcome.events
    assert isinstance(event, PerformanceAnswered)
    assert (event.month, event.answer, event.reason) == ("2026-01", "contested", "defects")
    assert kpis(outcome.state) == kpis(state)
    again = performance.answer(outcome.state, MATCH, JANUARY, replace(contested, by="other"), NOW)
    assert isinstance(again, Decision)
    assert again.events == ()
    accepted = performance.answer(again.state, MATCH, JANUARY, Reply("accepted", "firm", NOW), NOW)
    assert isinstance(accepted, Decision)
    assert accepted.state is not None
    assert [each.verdict for each in accepted.state.performance[0].replies] == ["contested", "accepted"]
    unknown = performance.answer(state, MATCH, MARCH, contested, NOW)
    assert isinstance(unknown, Refused)
    assert unknown.code == "report_unknown"


def test_what_was_measured_outlives_a_new_profile_and_new_rules() -> None:
    state = told(told(buying(), JANUARY).state, FEBRUARY).state
    assert state is not None
    later = registered(ppm_12m=500).model_copy(update={"registered_at": REGISTERED + timedelta(days=1)})
    changed = handlers.supplier_profiled(state, later, NOW, RULES).state
    assert kpis(changed).offer == "10 ppm, 99.00 %"
    fewer = handlers.rules_changed(state, {}, NOW, replace(RULES, measured_reports=3)).state
    assert kpis(fewer).status == "unknown"


def test_earlier_rules_know_no_other_than_stated_figures() -> None:
    firm = profile(ppm_12m=40, measured=Measured(60, 9_000, 1, 2, TODAY))
    old = catalogue.all_rules()["match-2026-3"]
    assert score(firm, process(), need(ppm_max=50), old, TODAY).points == 10_000
    assert score(firm, process(), need(ppm_max=50), RULES, TODAY).points == 9_500
