"""What changed between a plan and the same plan later, for its history."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from services.development.domain.activity import Activity
from services.development.domain.history import By, Change
from services.development.domain.plan import Plan
from services.development.domain.removal import Removal
from services.development.domain.session import Session


def begun(plan: Plan, by: By) -> Plan:
    """A plan that is proposed for the first time."""
    return replace(plan, changes=(Change("proposed", by, _modules(plan.activities)),))


def kept(before: Plan, after: Plan, by: By) -> Plan:
    """The plan as it is after, with what changed on record."""
    found = tuple(_changes(before, after, by))
    return replace(after, changes=(*before.changes, *found)) if found else after


def of_another_mentor(plan: Plan, by: By) -> Plan:
    """What the one before agreed to and is not in force is void, and stays on record. The next one has to agree, also
    to what the one before proposed.
    """
    program = None if plan.status == "proposed" else plan.program
    revision = None if plan.revision is None else replace(plan.revision, mentor=None)
    void = (program, revision) != (plan.program, plan.revision)
    if revision is not None:
        revision = replace(revision, removals=tuple(_of_former(each) for each in revision.removals))
    if not void:
        return replace(plan, revision=revision)
    about = plan.activities if plan.status == "proposed" else _revised(plan)
    ended = Change("agreement_void", by, _modules(about), _removed(plan))
    return replace(plan, program=program, revision=revision, changes=(*plan.changes, ended))


def _of_former(removal: Removal) -> Removal:
    return replace(removal, former=removal.former or removal.role == "mentor")


def _changes(before: Plan, after: Plan, by: By) -> Iterator[Change]:
    new = after.agreements[len(before.agreements) :]
    if new:
        about = after.activities if new[-1].number == 0 else _revised(before)
        yield Change("agreed", by, _modules(about), _removed(before) if new[-1].number else ())
    held = after.status != "proposed" and (before.status == "proposed" or after.revisions > before.revisions)
    if held:
        yield Change("in_force", by, _modules(after.activities), _gone(before, after))
    elif after.status == "proposed" and before.activities != after.activities:
        yield Change("proposed", by, _modules(after.activities), _gone(before, after))
    yield from _of_revision(before, after, by, held=held)
    yield from _of_activities(before, after, by)
    yield from _of_sessions(before, after, by)
    if before.status != "completed" and after.status == "completed":
        yield Change("all_done", by)


def _of_revision(before: Plan, after: Plan, by: By, *, held: bool) -> Iterator[Change]:
    was, now = before.revision, after.revision
    if now is not None and (was is None or was.about != now.about):
        yield Change("revision_proposed", by, _modules(now.activities), _removed(after))
    if was is not None and now is None and not held:
        yield Change("revision_dropped", by, _modules(was.activities), _removed(before))


def _of_activities(before: Plan, after: Plan, by: By) -> Iterator[Change]:
    known = {each.activity_id: each for each in before.activities}
    for each in after.activities:
        was = known.get(each.activity_id)
        if (was is None or was.completion is None) and each.completion is not None:
            yield Change("completed", by, (each.module,))
        if was is not None and was.completion is not None and each.completion is None:
            yield Change("reopened", by, (each.module,))


def _of_sessions(before: Plan, after: Plan, by: By) -> Iterator[Change]:
    known = {each.activity_id: each for each in before.activities}
    moved, later = [], []
    for each in after.activities:
        was = known.get(each.activity_id)
        if was is not None and len(each.delays) > len(was.delays):
            later.append(each.module)
        elif was is not None and [_when(one) for one in was.sessions] != [_when(one) for one in each.sessions]:
            moved.append(each.module)
    if moved:
        yield Change("scheduled", by, tuple(moved))
    if later:
        yield Change("put_off", by, tuple(later))


def _when(session: Session) -> tuple[date, int]:
    return session.week, session.hours


def _modules(activities: Iterable[Activity]) -> tuple[str, ...]:
    return tuple(each.module for each in activities)


def _revised(plan: Plan) -> tuple[Activity, ...]:
    return () if plan.revision is None else plan.revision.activities


def _removed(plan: Plan) -> tuple[str, ...]:
    """Modules that a revision would take out."""
    ids = set() if plan.revision is None else {each.activity_id for each in plan.revision.removals}
    return tuple(each.module for each in plan.activities if each.activity_id in ids)


def _gone(before: Plan, after: Plan) -> tuple[str, ...]:
    still = {each.activity_id for each in after.activities}
    return tuple(each.module for each in before.activities if each.activity_id not in still)
