"""Sentences on the best cohort of a call, for the console and for HTTP: each a code with its parameters."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.development.domain.call import Group, Worth
from services.development.domain.why import Conflict, Reason, Why
from shared.i18n import said

UNSOLVED: Mapping[Why, str] = {"scarce": "scarce_known", "outdone": "outdone_known"}
"""What is said of a firm that was not solved for the other way about."""


def said_of(reason: Reason, best: Worth, capacity: int, groups: Sequence[str] | None = None) -> dict[str, Any]:
    """Why a firm is in or out. `best`: what the cohort is worth; `capacity`: places that it was solved for, as it may
    have come to more since; `groups`: what the reason's are called.
    """
    params: dict[str, object] = {}
    if reason.groups:
        params["groups"] = ", ".join(_codes(reason.groups) if groups is None else groups)
    if reason.places is not None:
        params |= {"places": reason.places, "capacity": capacity}
    lost = reason.lost(best)
    if lost is not None and reason.why in ("loses", "scarce", "outdone"):
        params["coverage"], params["potential"] = lost.coverage, lost.potential
    return said(f"explain.selection.{_worded(reason)}", **params)


def said_conflicts(found: Iterable[Conflict]) -> list[dict[str, Any]]:
    """What of a call cannot hold together, each with what would do."""
    return [
        said(
            f"explain.selection.conflict.{each.what}"
            if each.would_do
            else f"explain.selection.conflict.{each.what}.only",
            code=each.code,
            given=each.given,
            would_do=each.would_do or "",
        )
        for each in found
    ]


def _codes(groups: Iterable[Group]) -> list[str]:
    return [group.code for group in groups]


def _worded(reason: Reason) -> str:
    return UNSOLVED.get(reason.why, reason.why) if reason.other is None else reason.why
