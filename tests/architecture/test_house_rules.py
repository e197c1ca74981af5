"""The rules of the house hold everywhere, and each of them can fail."""

import pytest

from shared.testing.house_rules import MAX_LINES, RULES, RULES_OF_TESTS, problems, sources
from shared.testing.source import Source

BROKEN = {
    "decisions_are_pure": [
        ("services/matching/handlers/offerings.py", "at = datetime.now(UTC)"),
        ("services/diagnosis/handlers.py", "started = time.monotonic()"),
        ("services/financing/domain/case.py", "async def decide(): ..."),
        ("services/registration/domain/rfc.py", "today = dt.date.today()"),
    ],
    "durations_are_monotonic": [
        ("shared/messaging/progress.py", "silent = time.time() - polled_ms / 1000"),
        ("deploy/local/state.py", "from time import monotonic, time"),
        ("shared/service/alarms.py", "age = (now() - state.since).total_seconds()"),
        ("services/portal/api/pages.py", "age = (datetime.now(UTC) - since).total_seconds()"),
    ],
    "days_are_those_of_people": [
        ("services/registration/domain/supplier.py", "said = now.date()"),
        ("services/portal/api/my_plan.py", "today = now().date().isoformat()"),
    ],
    "statements_stand_in_stores": [
        ("services/matching/api/matches.py", '"SELECT id FROM match"'),
        ("services/diagnosis/handlers.py", 'f"UPDATE {table} SET a = 1"\n"DELETE FROM gap"'),
        ("shared/service/operations.py", 'x = """\n    WITH known AS (SELECT 1) SELECT * FROM known\n"""'),
    ],
    "suppressions_say_why": [
        ("deploy/cli/main.py", "print(1)  # noqa: T201"),
        ("shared/runtime/ids.py", "x: int = f()  # type: ignore[assignment]"),
        ("services/matching/store/tables.py", "# ruff: noqa: S608"),
    ],
    "tests_wait_for_signs": [
        ("tests/matching/test_consume.py", "await asyncio.sleep(0.2)"),
        ("tests/deploy/test_state.py", "def test_x():\n    time.sleep(1)"),
    ],
    "cases_are_of_each_run": [
        ("tests/matching/test_x.py", '@pytest.mark.parametrize("id_", [uuid4(), UUID(int=1)])\ndef test_x(): ...'),
        ("tests/matching/test_x.py", '@pytest.mark.parametrize("at", (clock.now() - DAY,))\ndef test_x(): ...'),
        ("tests/matching/test_x.py", 'ID = new_id()\nCASES = [(ID, 1)]\nmark = pytest.mark.parametrize("x", CASES)'),
        ("tests/matching/test_x.py", 'mark = parametrize("x", [random.choice("ab"), 1])'),
        ("tests/matching/test_x.py", 'mark = parametrize("x", {"a", "b"})'),
        ("tests/matching/test_x.py", 'A = frozenset("ab")\nmark = mark.parametrize("x", [*A, "c"])'),
        ("tests/matching/test_x.py", 'mark = mark.parametrize("x", [each for each in set(ROLES) if each])'),
        ("tests/matching/test_x.py", 'mark = mark.parametrize("x", list(KNOWN.keys() - {"a"}))'),
        ("tests/matching/test_x.py", "@pytest.fixture(params={1, 2})\ndef given(): ..."),
    ],
    "files_are_short": [("services/matching/explain.py", "pass\n" * (MAX_LINES + 1))],
}
SOUND = [
    ("shared/messaging/progress.py", "silent = time.monotonic() - before"),
    ("shared/messaging/timers.py", "pause = (at - now()).total_seconds()"),
    ("services/matching/domain/offering.py", "seconds = (until - since).total_seconds()"),
    ("services/matching/api/matches.py", "until = now() + timedelta(days=1)"),
    ("services/matching/handlers/offerings.py", "def decide(now: datetime) -> date:\n    return day_of(now)"),
    ("services/financing/handlers/settling.py", "today = now.date()"),
    ("services/portal/domain/news.py", "monday = date(2026, 3, 2)"),
    ("services/matching/api/matches.py", "at = now()"),
    ("services/matching/store/queries.py", '"SELECT id FROM match"'),
    ("services/matching/api/matches.py", '"Select a firm"'),
    ("deploy/cli/main.py", "print(1)  # noqa: T201 - the outcome"),
    ("deploy/cli/main.py", "# Its outcome.\nprint(1)  # noqa: T201"),
    ("deploy/cli/main.py", "x = f()  # type: ignore[misc]  # a class without types"),
    ("deploy/cli/main.py", "pass\n" * MAX_LINES),
    ("tests/deploy/test_state.py", "def until():\n    while x:\n        time.sleep(1)"),
    ("tests/deploy/test_state.py", "script = 'time.sleep(60)'"),
    ("tests/faults/cases.py", "await asyncio.sleep(5)"),
    ("tests/matching/test_x.py", 'mark = parametrize("x", sorted({"a", "b"} - BUT))'),
    ("tests/matching/test_x.py", 'mark = parametrize("x", [random.Random(1).random(), choice("a"), time(12)])'),
    ("tests/matching/test_x.py", 'mark = parametrize("x", [({"a", "b"}, 1), (UUID(int=1), 2)])'),
    ("tests/matching/test_x.py", 'mark = parametrize("make", [lambda: uuid4(), new_id], ids=lambda make: hash(make))'),
]


def test_the_program_keeps_the_rules_of_the_house() -> None:
    found = [*sources()]
    assert len(found) > 300
    assert [problem for source in found for problem in problems(source)] == []


@pytest.mark.parametrize(("rule", "path", "text"), [(rule, *case) for rule, cases in BROKEN.items() for case in cases])
def test_a_rule_finds_what_breaks_it(rule: str, path: str, text: str) -> None:
    found = problems(Source(path, text))
    assert len(found) == 1
    assert f": {rule}: " in found[0]


@pytest.mark.parametrize(("path", "text"), SOUND)
def test_what_is_sound_passes(path: str, text: str) -> None:
    assert problems(Source(path, text)) == []


def test_every_rule_has_its_negative_test() -> None:
    assert {rule.__name__ for rule in (*RULES, *RULES_OF_TESTS)} == BROKEN.keys()
