"""What a firm has before it, as it reads it: each task of the program with how far it is."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from services.portal.domain.firm import Firm, Missing
from services.portal.domain.steps import APPROVED


class Task(NamedTuple):
    """One task. `state` is worded with its name."""

    name: str
    state: str
    address: str


AWAITED = "awaited"
"""No stage spoke of it yet."""
REACHED = frozenset({"registered", "aligned", "completed", "validated", "introduced", "selected", "agreed", "approved"})
"""States in which nothing is left to wish for."""
REFUSED = frozenset({"left", "not_aligned", "blocked", "not_selected", "dropped_out"})
"""States in which something stands in the way."""


def tasks(firm: Firm, on: date) -> tuple[Task, ...]:
    """All of them as they are on this day (UTC), in the order in which a firm meets them; of a firm that left what goes
    on without it.
    """
    registration = Task("registration", _registration(firm), "#registration")
    money = Task("money", _money(firm, on), "/my-firm/money")
    if firm.withdrawn is not None:
        return (registration, money) if firm.referrals or firm.consents else (registration,)
    return (
        registration,
        Task("alignment", _alignment(firm), "/my-firm/alignment"),
        Task("diagnosis", AWAITED if firm.diagnosis is None else firm.diagnosis.status, "/my-firm/diagnosis"),
        Task("result", "validated" if firm.diagnosis and firm.diagnosis.version else AWAITED, "/my-firm/result"),
        Task("matches", _matches(firm), "/my-firm/alignment#matches"),
        Task("selection", AWAITED if firm.selection is None else firm.selection.outcome, "/my-firm/plan"),
        Task("plan", AWAITED if firm.plan is None else firm.plan.status, "/my-firm/plan#activities"),
        money,
    )


def by_gate(missing: Sequence[Missing]) -> list[tuple[str, list[Missing]]]:
    """What is missing, by the gate that it fails; the gate that fails most often first: to pass it lifts most."""
    found: dict[str, list[Missing]] = {}
    for each in missing:
        found.setdefault(each.gate, []).append(each)
    return sorted(found.items(), key=lambda gate: (-len(gate[1]), gate[0]))


def _registration(firm: Firm) -> str:
    if firm.withdrawn is not None:
        return "left"
    return AWAITED if firm.profile is None else "registered"


def _alignment(firm: Firm) -> str:
    if firm.alignment is None:
        return AWAITED
    return "aligned" if firm.alignment.requirements else "not_aligned"


def _matches(firm: Firm) -> str:
    if firm.introduced:
        return "introduced"
    return "blocked" if any(match.lost is None for match in firm.matches) else AWAITED


def _money(firm: Firm, on: date) -> str:
    if any(each.state in APPROVED for each in firm.referrals):
        return "approved"
    if firm.referrals:
        return "referred"
    if firm.consents_standing(on):
        return "consented"
    return "needed" if firm.needs else AWAITED
