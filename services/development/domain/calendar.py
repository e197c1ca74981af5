"""When the modules of several plans are held: trainers' hours by the week, groups for training, one to one otherwise.

List scheduling by the week (Graham, "Bounds on multiprocessing timing anomalies", SIAM Journal on Applied Mathematics
17(2), 1969): each week gives its hours to the courses that may go on, in one order, so that the same plans have the
same calendar and an operator can follow it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from services.development.domain.module import Module, ModuleKind, Modules
from services.development.domain.session import Session, Unplaced, monday

MOST_WEEKS = 156
"""Three years: what does not end by then is not planned."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Hours in a week: of all who teach in one way, and of one firm's own people."""

    hours: Mapping[ModuleKind, int]
    firm_hours: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A module that a firm's plan has still before it."""

    module: str
    hours: int
    """Those that are left."""
    not_before: date | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """One module for a group, or for one firm."""

    code: str
    """As `M04-2`: the module's second group."""
    module: str
    firms: tuple[str, ...]
    sessions: tuple[Session, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    courses: tuple[Course, ...]
    unplaced: tuple[tuple[str, str, Unplaced], ...] = ()
    """Firm, module and why."""

    @property
    def ends(self) -> date | None:
        """The Monday of the last week."""
        return max((session.week for course in self.courses for session in course.sessions), default=None)


@dataclass(slots=True)
class _Open:
    """A course that is not placed to its end."""

    code: str
    module: Module
    firms: tuple[str, ...]
    left: list[int]
    """Hours of each session to come."""
    not_before: date
    held: list[date] = field(default_factory=list)
    hours: list[int] = field(default_factory=list)

    @property
    def course(self) -> Course:
        weeks = zip(self.held, self.hours, strict=True)
        sessions = tuple(Session(number, week, hours) for number, (week, hours) in enumerate(weeks, 1))
        return Course(self.code, self.module.code, self.firms, sessions)


def calendar(plans: Mapping[str, Sequence[Wanted]], catalogue: Modules, capacity: Capacity, start: date) -> Calendar:
    """By firm, what its plan has still before it. No course begins before all its firms have behind them what it builds
    on and their plans have; none has more in a week than who teaches, or than a firm, has hours.
    """
    open_ = _courses(plans, catalogue, monday(start))
    wanted = {firm: {each.module for each in modules} for firm, modules in plans.items()}
    done: set[tuple[str, str]] = set()
    placed: list[_Open] = []
    first = monday(start)
    for number in range(MOST_WEEKS):
        week = first + timedelta(weeks=number)
        ready = [each for each in open_ if each.not_before <= week and not _waits(each, wanted, done, catalogue)]
        if not _fill(week, ready, capacity) and all(each.not_before <= week for each in open_):
            break
        over = [each for each in open_ if not each.left]
        done.update((firm, each.module.code) for each in over for firm in each.firms)
        placed += over
        open_ = [each for each in open_ if each.left]
        if not open_:
            break
    courses = sorted((each.course for each in placed), key=lambda course: (course.sessions[0].week, course.code))
    return Calendar(tuple(courses), tuple(_unplaced(open_, wanted, capacity, catalogue)))


def _courses(plans: Mapping[str, Sequence[Wanted]], catalogue: Modules, start: date) -> list[_Open]:
    """In the order in which they are given hours: none before what it builds on; groups of even size."""
    asked: dict[tuple[str, int], list[tuple[date, str]]] = defaultdict(list)
    for firm, modules in plans.items():
        for each in modules:
            asked[each.module, each.hours].append((each.not_before or start, firm))
    numbers: dict[str, int] = defaultdict(int)
    found: list[_Open] = []
    for (code, hours), firms in sorted(asked.items()):
        module = catalogue.find(code)
        if module is None:
            continue
        for group in _groups(sorted(firms), module.places):
            numbers[code] += 1
            names = tuple(firm for _, firm in group)
            begins = max(day for day, _ in group)
            left = _sessions(hours, module.session_hours)
            found.append(_Open(f"{code}-{numbers[code]}", module, names, left, begins))
    return sorted(found, key=lambda each: (len(catalogue.before(each.module.code)), each.module.code))


def _groups(firms: Sequence[tuple[date, str]], places: int) -> Iterator[Sequence[tuple[date, str]]]:
    """As few groups as there must be, of which none has two more than another."""
    groups = -(-len(firms) // places)
    for number in range(groups):
        yield firms[len(firms) * number // groups : len(firms) * (number + 1) // groups]


def _sessions(hours: int, session_hours: int) -> list[int]:
    whole, rest = divmod(hours, session_hours)
    return [session_hours] * whole + ([rest] if rest else [])


def _waits(each: _Open, wanted: Mapping[str, set[str]], done: set[tuple[str, str]], catalogue: Modules) -> bool:
    before = catalogue.before(each.module.code)
    return any((firm, code) not in done for firm in each.firms for code in before & wanted[firm])


def _fill(week: date, ready: Iterable[_Open], capacity: Capacity) -> bool:
    """Give this week's hours away; whether there was any use for them."""
    free = {**capacity.hours}
    firms: dict[str, int] = defaultdict(lambda: capacity.firm_hours)
    used = False
    for each in ready:
        kind = each.module.kind
        while each.left and each.left[0] <= min(free.get(kind, 0), *(firms[firm] for firm in each.firms)):
            hours = each.left.pop(0)
            free[kind] -= hours
            for firm in each.firms:
                firms[firm] -= hours
            each.held.append(week)
            each.hours.append(hours)
            used = True
    return used


def _unplaced(
    open_: Sequence[_Open], wanted: Mapping[str, set[str]], capacity: Capacity, catalogue: Modules
) -> Iterator[tuple[str, str, Unplaced]]:
    missing = {(firm, each.module.code) for each in open_ for firm in each.firms}
    for each in open_:
        most = min(capacity.hours.get(each.module.kind, 0), capacity.firm_hours)
        before = catalogue.before(each.module.code)
        blocked = any((firm, code) in missing for firm in each.firms for code in before & wanted[firm])
        why: Unplaced = "session_too_long" if each.left[0] > most else "waits_for_another" if blocked else "no_time"
        yield from ((firm, each.module.code, why) for firm in each.firms)
