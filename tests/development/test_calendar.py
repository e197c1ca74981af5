"""The calendar of several plans: within everybody's hours, in the plans' order, in groups of at most their places."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.development.catalogue import modules
from services.development.domain.calendar import Calendar, Capacity, Wanted, calendar

START = date(2027, 1, 13)
"""A Wednesday."""
MONDAY = date(2027, 1, 11)
PLENTY = Capacity({"training": 400, "mentoring": 400, "consultancy": 400}, 40)

CODES = [module.code for module in modules().modules]
plans = st.dictionaries(
    st.sampled_from([f"PDP-{number}" for number in range(6)]), st.lists(st.sampled_from(CODES), unique=True, max_size=6)
)
hours = st.integers(0, 60)
capacities = st.builds(
    lambda training, mentoring, consultancy, firm: Capacity(
        {"training": training, "mentoring": mentoring, "consultancy": consultancy}, firm
    ),
    hours,
    hours,
    hours,
    st.integers(1, 40),
)


def planned(asked: dict[str, list[str]], capacity: Capacity = PLENTY, **later: date) -> Calendar:
    hours_of = {module.code: module.hours for module in modules().modules}
    wanted = {
        firm: [Wanted(code, hours_of[code], later.get(firm.replace("-", "_"))) for code in codes]
        for firm, codes in asked.items()
    }
    return calendar(wanted, modules(), capacity, START)


@settings(max_examples=60, deadline=None)
@given(plans, capacities)
def test_hours_and_places_hold_and_nothing_comes_before_what_it_builds_on(
    asked: dict[str, list[str]], capacity: Capacity
) -> None:
    found = planned(asked, capacity)
    taught: Counter[tuple[str, date]] = Counter()
    busy: Counter[tuple[str, date]] = Counter()
    first: dict[tuple[str, str], date] = {}
    last: dict[tuple[str, str], date] = {}
    for course in found.courses:
        module = modules().find(course.module)
        assert module is not None
        assert 1 <= len(course.firms) <= module.places
        assert sum(session.hours for session in course.sessions) == module.hours
        assert [session.number for session in course.sessions] == [*range(1, len(course.sessions) + 1)]
        for session in course.sessions:
            assert session.week >= MONDAY
            assert session.week.weekday() == 0
            taught[module.kind, session.week] += session.hours
            busy.update({(firm, session.week): session.hours for firm in course.firms})
        for firm in course.firms:
            first[firm, course.module], last[firm, course.module] = course.sessions[0].week, course.sessions[-1].week
    assert all(given_ <= capacity.hours[kind] for (kind, _), given_ in taught.items())  # type: ignore[index]
    assert all(given_ <= capacity.firm_hours for given_ in busy.values())
    for (firm, code), week in first.items():
        ahead = modules().before(code) & {*asked[firm]}
        assert all(last[firm, before] < week for before in ahead), (firm, code)
    # Each module of each plan is placed once, or said not to be.
    left = {(firm, code) for firm, code, _ in found.unplaced}
    assert sorted([*first, *left]) == sorted((firm, code) for firm, codes in asked.items() for code in codes)


@settings(max_examples=20, deadline=None)
@given(plans)
def test_the_order_of_firms_and_modules_changes_nothing(asked: dict[str, list[str]]) -> None:
    backwards = {firm: codes[::-1] for firm, codes in [*asked.items()][::-1]}
    assert planned(asked) == planned(backwards)
    assert planned(asked).unplaced == ()


def test_groups_are_as_few_as_there_are_places_for_and_even() -> None:
    # M04 has 12 places: 13 firms are a group of 6 and one of 7, not of 12 and 1.
    found = planned({f"PDP-{number:02}": ["M04"] for number in range(13)})
    assert [(course.code, len(course.firms)) for course in found.courses] == [("M04-1", 6), ("M04-2", 7)]
    assert [len(course.firms) for course in planned({"A": ["M09"], "B": ["M09"]}).courses] == [1, 1], "mentored"


def test_a_week_gives_what_it_has() -> None:
    # 24 h in sessions of 8: with 16 h of trainers a week two, then one.
    [course] = planned({"A": ["M02"]}, Capacity({"training": 16}, 40)).courses
    assert [(session.week, session.hours) for session in course.sessions] == [
        (MONDAY, 8),
        (MONDAY, 8),
        (MONDAY + timedelta(weeks=1), 8),
    ]
    # A firm that has 8 h a week has one each.
    assert [course.sessions[-1].week for course in planned({"A": ["M02"]}, Capacity({"training": 16}, 8)).courses] == [
        MONDAY + timedelta(weeks=2)
    ]


def test_what_is_put_off_begins_no_sooner_and_holds_up_what_builds_on_it() -> None:
    later = date(2027, 3, 1)
    found = {course.module: course.sessions[0].week for course in planned({"A": ["M06", "M05"]}, A=later).courses}
    assert found == {"M06": later, "M05": later + timedelta(weeks=1)}


def test_what_does_not_fit_says_why() -> None:
    nobody_consults = Capacity({"training": 40, "mentoring": 40}, 40)
    assert planned({"A": ["M05", "M06"]}, nobody_consults).unplaced == (
        ("A", "M06", "session_too_long"),
        ("A", "M05", "waits_for_another"),
    )
    one_a_week = Capacity({"consultancy": 8}, 8)
    crowd = {f"PDP-{number:02}": ["M01"] for number in range(11)}
    # 120 h in sessions of 8 are 15 weeks each: ten firms are 150 of the 156 weeks.
    assert planned(crowd, one_a_week).unplaced == (("PDP-10", "M01", "no_time"),)
