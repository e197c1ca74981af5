"""What a sample firm offers: made to fit, half fit or miss the requirement that its role names.

Every number comes from the requirement times a whole percentage, so that the same seed gives the same file everywhere.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from deploy.demo.sample.demand import CERTIFIED, LADDER, Area, Requirement
from deploy.demo.sample.plan import Lack, Role, Standing

STATED = 90
"""Percent of half-fitting firms that state a figure at all; the others have to be asked."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process group of a row. Dates are the last self-assessments."""

    area: str
    materials: tuple[str, ...]
    force_t: int | None
    envelope_mm: tuple[int, int, int] | None
    tolerance_um: int | None
    installed: int | None
    free: int | None
    lead_time_days: int | None
    special_processes: tuple[tuple[str, date], ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """What holds for the whole firm. Shares in percent."""

    qms: str
    qms_valid_to: date | None
    ppm: int | None
    otif_pct: int | None
    experience: str
    vcr_pct: int | None


def processes(rng: random.Random, role: Role, on: date) -> tuple[Process, ...]:
    """One to three groups; a firm that lacks something offers just the one, which nobody can use."""
    main = _process(rng, role.area, role.target, role.standing, on)
    if role.lack:
        return (_without(main, role.area, role.lack, on),)
    more = rng.choices((0, 1, 2), weights=(58, 29, 13))[0]
    others = rng.sample(role.other_areas, min(more, len(role.other_areas)))
    return (main, *(_process(rng, area, rng.choice(area.requirements), "fair", on) for area in others))


def quality(rng: random.Random, role: Role, on: date) -> Quality:
    """Certificates run for one to three years from `on`, but of a firm whose lack is that its own ran out."""
    target, strong = role.target, role.standing == "strong"
    qms = _qms(rng, role)
    left = timedelta(days=rng.randrange(370, 1000))
    if role.lack == "certificate_expired":
        left = -timedelta(days=rng.randrange(20, 400))
    return Quality(
        qms=qms,
        qms_valid_to=on + left if qms in CERTIFIED else None,
        ppm=_percent(rng, target.ppm_max or 500, (40, 70, 90, 120) if strong else (80, 120, 200, 400), always=strong),
        otif_pct=_minus(rng, target.otif_pct_min or 95, (-2, -1, 0, 1) if strong else (-1, 1, 3, 6, 9), always=strong),
        experience=rng.choices(
            ("ninguna", "repuesto", "tier_3", "tier_2", "tier_1"),
            weights=(0, 5, 25, 50, 20) if strong else (15, 25, 35, 23, 2),
        )[0],
        vcr_pct=_minus(rng, target.vcr_pct_min or 60, (-9, -5, 0, 3) if strong else (-4, 2, 8, 15), always=False),
    )


def _process(rng: random.Random, area: Area, target: Requirement, standing: Standing, on: date) -> Process:
    strong = standing == "strong"
    free = _percent(rng, target.annual_volume, (50, 70, 90, 110, 140) if strong else (10, 20, 35, 60), always=strong)
    sides = rng.choice((100, 110, 125))
    return Process(
        area=area.code,
        materials=tuple(rng.sample(target.materials, rng.randint(1, len(target.materials))))
        if target.materials
        else (),
        force_t=_percent(rng, target.force_t, (100, 125, 150, 200) if strong else (100, 110, 125), always=True),
        envelope_mm=_scaled(target.envelope_mm, sides),
        tolerance_um=_percent(
            rng, target.tolerance_um, (60, 80, 100, 100, 120) if strong else (80, 100, 150, 200), always=strong
        ),
        installed=free * 100 // rng.choice((25, 30, 40, 50)) if free else None,
        free=free,
        lead_time_days=_percent(
            rng, target.lead_time_days, (70, 85, 100, 115) if strong else (90, 110, 140), always=strong
        ),
        special_processes=tuple(
            (code, on - timedelta(days=rng.randrange(30, 280))) for code in target.special_processes
        ),
    )


def _without(process: Process, area: Area, lack: Lack, on: date) -> Process:
    """The group without what the role lacks; what lacks in the firm's certificates is in `quality`."""
    match lack:
        case "material":
            return replace(process, materials=area.foreign_materials)
        case "envelope":
            longest = min(max(asked.envelope_mm) for asked in area.requirements if asked.envelope_mm)
            return replace(process, envelope_mm=_scaled((longest, longest, longest), 60))
        case "cqi_missing":
            return replace(process, special_processes=())
        case "cqi_stale":
            stale = on - timedelta(days=430)
            return replace(process, special_processes=tuple((code, stale) for code, _ in process.special_processes))
        case "qms" | "certificate_expired":
            return process


def _qms(rng: random.Random, role: Role) -> str:
    asked = LADDER.index(role.target.qms)
    if role.lack == "qms":
        return LADDER[0]
    if role.lack == "certificate_expired":
        return role.target.qms
    if role.standing == "strong":
        lower = max(asked - 1, 1) if role.target.qms_waivable else asked
        return LADDER[rng.choices((lower, asked, min(asked + 1, 3)), weights=(20, 60, 20))[0]]
    # An anchor that waives the certificate still wants the system written down.
    return LADDER[rng.choice((max(asked - 2, 1), max(asked - 1, 1), asked)) if role.target.qms_waivable else asked]


def _percent(rng: random.Random, asked: int | None, shares: tuple[int, ...], *, always: bool) -> int | None:
    """One of these percentages of what is asked; None where nothing is asked or the firm does not say."""
    share, stated = rng.choice(shares), rng.randrange(100) < STATED
    if asked is None or not (stated or always):
        return None
    return max(1, asked * share // 100)


def _minus(rng: random.Random, asked: int, differences: tuple[int, ...], *, always: bool) -> int | None:
    difference, stated = rng.choice(differences), rng.randrange(100) < STATED
    return min(asked - difference, 100) if stated or always else None


def _scaled(envelope: tuple[int, int, int] | None, percent: int) -> tuple[int, int, int] | None:
    if envelope is None:
        return None
    length, width, height = (side * percent // 100 for side in envelope)
    return length, width, height
