"""Third act: buyers look at their candidates, shortlist, decline and award."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

from deploy.demo.calls import ANY_VERSION
from deploy.demo.stage import Stage, together
from deploy.demo.texts import tell

SHORTLISTED_PER_REQUIREMENT = 2
AWARDS = 12
DECLINE_REASONS = ("capacity", "location", "price", "lead_time")
SHARE_OF_VOLUME = 4
"""A first contract is a quarter of what the anchor needs in a year."""
PRICES = (Decimal("18.40"), Decimal("42.75"), Decimal("96.10"), Decimal("7.85"))
"""Invented prices of a piece, MXN."""


@dataclass(frozen=True)
class Bargain:
    """A match that its buyer may award."""

    match_id: str
    supplier: UUID
    rank: tuple[int, str]
    """Best score first; of equal ones the firms' RFCs decide, so that the same sample gives the same story."""
    anchor: UUID
    annual_volume: int
    unknown: tuple[str, ...]
    """What the buyer asked the firm, since the program does not know."""


async def answer_candidates(stage: Stage, rfcs: Mapping[UUID, str]) -> list[Bargain]:
    """Every buyer goes through the candidates of its requirements: the best are shortlisted, the last is declined."""
    requirements = await stage.api.items(stage.people.operator, "matching", "/requirements")
    found = await together(_answer(stage, number, each, rfcs) for number, each in enumerate(requirements))
    bargains = [each for some in found for each in some]
    stage.note(tell("note.shortlisted", shortlisted=len(bargains)))
    return bargains


async def award(stage: Stage, bargains: Sequence[Bargain], selected: Collection[UUID]) -> set[UUID]:
    """Some buyers buy, each from another firm; those that the program selected go first."""
    chosen: dict[UUID, Bargain] = {}
    for bargain in sorted(bargains, key=lambda each: (each.supplier not in selected, each.rank)):
        chosen.setdefault(bargain.supplier, bargain)
    awards = list(chosen.values())[:AWARDS]
    await together(_award(stage, number, bargain) for number, bargain in enumerate(awards))
    stage.note(tell("note.awarded", awarded=len(awards)))
    return {bargain.supplier for bargain in awards}


async def _answer(stage: Stage, number: int, requirement: Mapping[str, Any], rfcs: Mapping[UUID, str]) -> list[Bargain]:
    """One requirement; the candidates that an anchor sees by name are those without an open critical gap."""
    anchor = UUID(requirement["anchor_id"])
    buyer = stage.people.buyer(anchor)
    ranked = await stage.api.items(buyer, "matching", f"/requirements/{requirement['id']}/matches")
    volume = max(requirement["specification"]["annual_volume"] // SHARE_OF_VOLUME, 1)
    bargains = sorted(
        (_bargain(match, rfcs, anchor, volume) for match in ranked if match["holds"] and match["supplier_id"]),
        key=attrgetter("rank"),
    )
    best, rest = bargains[:SHORTLISTED_PER_REQUIREMENT], bargains[SHORTLISTED_PER_REQUIREMENT:]
    for bargain in best:
        await _say(stage, bargain, {"answer": "shortlisted"})
    if rest:
        reason = DECLINE_REASONS[number % len(DECLINE_REASONS)]
        await _say(stage, rest[-1], {"answer": "declined", "reason": reason})
    return best


def _bargain(match: Mapping[str, Any], rfcs: Mapping[UUID, str], anchor: UUID, volume: int) -> Bargain:
    supplier = UUID(match["supplier_id"])
    rank, unknown = (-match["score"], rfcs[supplier]), tuple(match["unknown"])
    return Bargain(match["id"], supplier, rank, anchor, volume, unknown)


async def _say(stage: Stage, bargain: Bargain, answer: Mapping[str, str]) -> None:
    buyer = stage.people.buyer(bargain.anchor)
    path = f"/matches/{bargain.match_id}/answer"
    await stage.api.do(buyer, "matching", "POST", path, json=answer, headers=ANY_VERSION)


async def _award(stage: Stage, number: int, bargain: Bargain) -> None:
    value = PRICES[number % len(PRICES)] * bargain.annual_volume
    bought = {"annual_value": {"amount": f"{value:.2f}"}, "annual_volume": bargain.annual_volume}
    contract = bought | {"confirmed": bargain.unknown}
    buyer, path = stage.people.buyer(bargain.anchor), f"/matches/{bargain.match_id}/award"
    await stage.api.do(buyer, "matching", "POST", path, json=contract, headers=ANY_VERSION)
