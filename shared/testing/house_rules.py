"""Rules of the house that no linter knows. `python -m shared.testing.house_rules` names every place that breaks one."""

import ast
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from shared.testing.parametrized import cases_are_of_each_run
from shared.testing.source import Found, Source

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = ("services", "shared", "deploy", "tests")

MAX_LINES: Final = 300

SQL_HOMES: Final = {
    r"services/\w+/(store|migrations)\b": "a stage's own",
    r"shared/messaging/": "journal, outbox, inbox, timers and what they are read for",
    r"shared/attachments/": "attachments on record, in each store that has them",
    r"shared/sealing/": "keys of persons, in each store",
    r"shared/service/migrations\.py": "who stands in a migration's way",
    r"shared/testing/": "databases of tests, and what they look at",
    r"deploy/(local|capacity|demo|engines|compose|kubernetes)/": "backups, reconciliation, measuring",
}
"""Where statements may stand, by pattern, with the reason."""

MOMENTS: Final = {
    r"shared/runtime/tracing\.py": "when a span begins",
    r"shared/messaging/timers\.py": "how long until a timer is due; it looks again soon whatever the answer is",
    r"shared/service/mailing\.py": "how long until a mail is due, likewise",
}
"""Where seconds until or since a moment of the calendar are counted, by pattern, with the reason."""

DAYS: Final = {
    r"shared/days\.py": "the rule itself",
    r"services/financing/": "consents, needs and deadlines count UTC days, and their words say so",
    r"shared/files/workbook\.py": "a cell has no zone",
    r"deploy/cli/": "what an operator types and reads is of the own machine's clock",
}
"""Where a moment's day is taken as its clock has it, by pattern, with the reason."""

POLLING: Final = {"eventually", "until", "becomes", "becomes_ready", "_do", "_get"}
"""Helpers that look again and again until a deadline: for other processes, which give no sign."""
PAUSES: Final = {
    r"tests/(bench|faults|containers)/": "a load and a fault have their own rhythm",
    r"tests/service/smtp\.py": "a server that drips its replies has its rhythm too",
    r"tests/service/test_migrations\.py": "that a lock's timeout does not come",
    r"tests/conformance/test_upgrade\.py": "how long a table stays in use",
    r"tests/deploy/test_hold\.py": "that a child does not come back",
}
"""Where a test may let time pass, by pattern, with what it waits for."""

_STATEMENT = re.compile(
    r"\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+(AS\s+\w+\s+)?SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s*\(|TRUNCATE\s"
    r"|(CREATE|ALTER|DROP)\s+(TABLE|INDEX|SEQUENCE|DATABASE|ROLE|UNIQUE)\b)"
)
_CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter", "time_ns", "sleep"}
_SETTABLE = {"time", "time_ns"}
_CLOCK_OWNERS = {"datetime", "date", "time", "clock"}
_SUPPRESSION = re.compile(r"#\s*(ruff: )?(noqa|type: ignore|pragma)\b(?P<rest>[^\n]*)")
_CODES = re.compile(r"^(\[[\w, -]+\]|:?\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?")


def decisions_are_pure(source: Source) -> Found:
    """A domain and its handlers know no clock and wait for nothing: the same inputs give the same decision for ever."""
    if not re.match(r"services/\w+/(domain|handlers)\b", source.path):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield node.lineno, "a decision waits for nothing: give it what it needs as a value"
        elif isinstance(node, ast.Attribute) and node.attr in _CLOCKS and _owner(node) in _CLOCK_OWNERS:
            yield node.lineno, "a decision has no clock: the time is an argument"


def _owner(node: ast.Attribute) -> str:
    owner = node.value
    return owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""


def durations_are_monotonic(source: Source) -> Found:
    """How long something took, or stood still, is not for a clock that may be set: neither the system's, nor a moment
    that it gave before.
    """
    if any(re.match(where, source.path) for where in MOMENTS):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            found = any(alias.name in _SETTABLE for alias in node.names)
        elif isinstance(node, ast.Attribute):
            asked = node.attr in _SETTABLE and _owner(node) == "time"
            found = asked or (node.attr == "total_seconds" and _asks_the_time(node.value))
        else:
            continue
        if found:
            yield node.lineno, "a duration by a clock that may be set: time.monotonic(), or the loop's"


def _asks_the_time(node: ast.expr) -> bool:
    calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    return any((call.id if isinstance(call, ast.Name) else getattr(call, "attr", "")) in _CLOCKS for call in calls)


def days_are_those_of_people(source: Source) -> Found:
    """After six in the evening the day of UTC is tomorrow's: who registers then would say so of tomorrow."""
    if any(re.match(where, source.path) for where in DAYS):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and not (node.args or node.keywords) and getattr(node.func, "attr", "") == "date":
            yield node.lineno, "the day of a clock: day_of(moment) is the one that people call it"


def statements_stand_in_stores(source: Source) -> Found:
    """SQL stands in stores, in the messaging shell, and in the few places that are named with their reason."""
    if any(re.match(home, source.path) for home in SQL_HOMES):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _STATEMENT.match(node.value):
            yield node.lineno, "a statement outside of a store"


def suppressions_say_why(source: Source) -> Found:
    """Whoever silences a linter or the type checker says why, behind it or on the line above."""
    lines = source.text.splitlines()
    for number, line in enumerate(lines, 1):
        found = _SUPPRESSION.search(line)
        if found is None or line[: found.start()].count('"') % 2:
            continue
        reason = _CODES.sub("", found["rest"].strip()).strip(" -#():")
        above = lines[number - 2].strip() if number > 1 else ""
        if not reason and not above.startswith("# "):
            yield number, "a suppression without its reason"


def files_are_short(source: Source) -> Found:
    """Long files are where readers get lost."""
    lines = len(source.text.splitlines())
    if lines > MAX_LINES:
        yield lines, f"{lines} lines, at most {MAX_LINES}"


def tests_wait_for_signs(source: Source) -> Found:
    """A test waits for a sign of the code: one that lets time pass is slow on a good day and fails on a busy one."""
    if any(re.match(where, source.path) for where in PAUSES):
        return
    nodes = [*ast.walk(source.tree)]
    polling = {inner for node in nodes if getattr(node, "name", "") in POLLING for inner in ast.walk(node)}
    for node in nodes:
        if isinstance(node, ast.Call) and node not in polling and re.search(r"\bsleep\((?!0\))", ast.unparse(node)):
            yield node.lineno, "a test waits for a sign of the code, or polls by one of the helpers"


RULES: Final[tuple[Callable[[Source], Found], ...]] = (
    decisions_are_pure,
    durations_are_monotonic,
    days_are_those_of_people,
    statements_stand_in_stores,
    suppressions_say_why,
    files_are_short,
)
RULES_OF_TESTS: Final[tuple[Callable[[Source], Found], ...]] = (
    tests_wait_for_signs,
    cases_are_of_each_run,
)


def problems(source: Source) -> list[str]:
    rules = RULES_OF_TESTS if source.path.startswith("tests/") else RULES
    return [f"{source.path}:{line}: {rule.__name__}: {what}" for rule in rules for line, what in rule(source)]


def sources(root: Path = ROOT, folders: Sequence[str] = FOLDERS) -> Iterator[Source]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    broken = [problem for source in sources() for problem in problems(source)]
    sys.exit("\n".join(broken) if broken else 0)
