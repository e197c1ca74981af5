"""The part each of the 400 sample firms plays: where it is, what it makes, for whom, and how well."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from deploy.demo.sample import demand, distribution
from deploy.demo.sample.demand import Area, Requirement
from deploy.demo.sample.distribution import Place

FIRMS = 400
SERVICES: dict[str, tuple[str, int]] = {
    "541330": ("servicios", 4),
    "541380": ("servicios", 3),
    "493190": ("servicios", 2),
    "434223": ("comercio", 3),
}
"""Classes outside manufacture, so absent from the RETC, that two of the areas buy from: sector and firms."""

NATURAL_PERSONS = 6
LARGE_FIRMS = 4

Lack = Literal["material", "envelope", "qms", "cqi_missing", "certificate_expired", "cqi_stale"]
"""Why a firm is not aligned: the one thing it lacks for everything asked in its area."""

LACKS: tuple[Lack, ...] = get_args(Lack)
Standing = Literal["strong", "fair", "lacking"]

# Of four firms of an area two are strong, one is fair and one lacks something: the third, so that small areas have one.
ROUND: tuple[Standing, ...] = ("strong", "fair", "lacking", "strong")


@dataclass(frozen=True, slots=True)
class Role:
    """What one firm is made to be. `other_areas` are what else firms of its class make."""

    state: str
    scian: str
    sector: str
    area: Area
    other_areas: tuple[Area, ...]
    target: Requirement
    standing: Standing
    lack: Lack | None
    natural: bool = False
    large: bool = False


def roles(rng: random.Random) -> list[Role]:
    """400 roles in the order of the file."""
    areas = demand.areas()
    made_by = {row["scian"]: demand.split(row["areas"]) for row in demand.rows(demand.HERE / "scian_areas.csv")}
    places = _places(rng)
    taken: Counter[str] = Counter()
    lacks: Counter[str] = Counter()
    main = _main_areas(places, made_by, areas)
    found: list[Role] = []
    for (state, scian), code in zip(places, main, strict=True):
        standing = ROUND[taken[code] % len(ROUND)]
        lack = _lack(areas[code], lacks) if standing == "lacking" else None
        taken[code] += 1
        lacks[lack or ""] += 1
        found.append(
            Role(
                state=state,
                scian=scian,
                sector=SERVICES.get(scian, ("industria", 0))[0],
                area=areas[code],
                other_areas=tuple(areas[other] for other in made_by[scian] if other != code),
                target=_target(rng, areas[code], state),
                standing=standing,
                lack=lack,
                **_kind(len(found), scian),
            )
        )
    return found


def _places(rng: random.Random) -> list[Place]:
    plants = distribution.supplier_counts()
    outside = [scian for scian, (_, firms) in SERVICES.items() for _ in range(firms)]
    states = [state for state, _ in distribution.draw(plants, len(outside), rng)]
    rng.shuffle(states)
    places = distribution.draw(plants, FIRMS - len(outside), rng) + list(zip(states, outside, strict=True))
    rng.shuffle(places)
    return places


def _main_areas(places: Sequence[Place], made_by: dict[str, tuple[str, ...]], areas: dict[str, Area]) -> list[str]:
    """One area per firm: of those that its class makes, the one that is furthest below its share.

    Classes that make little choose first; the many "other parts" makers fill what they leave.
    """
    chosen: dict[int, str] = {}
    firms: Counter[str] = Counter()
    for index in sorted(range(len(places)), key=lambda index: (len(made_by[places[index][1]]), index)):
        code = min(made_by[places[index][1]], key=lambda code: (firms[code] / areas[code].weight, code))
        firms[code] += 1
        chosen[index] = code
    return [chosen[index] for index in range(len(places))]


def _lack(area: Area, used: Counter[str]) -> Lack:
    """The least used lack that fails every requirement of the area. Without any quality system a firm always fails."""
    asked = area.requirements
    strict = all(not requirement.qms_waivable for requirement in asked)
    special = all(requirement.special_processes for requirement in asked)
    possible: dict[Lack, bool] = {
        "material": all(requirement.materials for requirement in asked),
        "envelope": all(requirement.envelope_mm for requirement in asked),
        "qms": True,
        "cqi_missing": special,
        "certificate_expired": strict,
        "cqi_stale": special,
    }
    return min((lack for lack in LACKS if possible[lack]), key=lambda lack: used[lack])


def _target(rng: random.Random, area: Area, state: str) -> Requirement:
    near = [requirement for requirement in area.requirements if requirement.plant_state == state]
    return rng.choice(near or area.requirements)


def _kind(index: int, scian: str) -> dict[str, bool]:
    """Natural persons and large firms stand at even distances in the file."""
    return {
        "natural": index % (FIRMS // NATURAL_PERSONS) == 17 and index < FIRMS - 10,
        "large": index % (FIRMS // LARGE_FIRMS) == 60 and scian not in SERVICES,
    }
