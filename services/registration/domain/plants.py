"""Where a firm works: its plants, the main one first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.registration.domain.fault import Fault, line_faults
from shared.municipalities import MUNICIPALITIES, OF_STATE
from shared.names import says_nothing
from shared.states import NAMES, STATES

MAX_PLANTS = 20
MAX_PLANT_NAME = 120
LATITUDES_E6 = (14_500_000, 32_750_000)
LONGITUDES_E6 = (-118_600_000, -86_500_000)
"""Mexico from the Suchiate to the Colorado and from Guadalupe to Isla Mujeres, in millionths of a degree (WGS 84)."""

_MUNICIPALITY = re.compile(r"[0-9]{5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    name: str
    """As the firm calls it; another one for each."""
    state: str
    municipality: str | None = None
    latitude_e6: int | None = None
    longitude_e6: int | None = None


def unnamed(plants: Sequence[Plant]) -> tuple[Plant, ...]:
    """The plants of a person who is forgotten: where they are no more closely than by municipality."""
    return tuple(Plant(name="", state=each.state, municipality=each.municipality) for each in plants)


def faults(plants: Sequence[Plant], state: str, municipality: str | None) -> Iterator[Fault]:
    """Every rule that is broken; a firm is in the state and the municipality of its main plant."""
    if len(plants) > MAX_PLANTS:
        yield Fault("plants", "too_many", {"most": MAX_PLANTS})
    seen = set[str]()
    for number, each in enumerate(plants[:MAX_PLANTS]):
        path = f"plants.{number}"
        yield from line_faults(f"{path}.name", each.name, MAX_PLANT_NAME)
        if each.name and says_nothing(each.name):
            yield Fault(f"{path}.name", "name_says_nothing")
        if each.name in seen:
            yield Fault(f"{path}.name", "repeated")
        seen.add(each.name)
        yield from place_faults(each.state, each.municipality, f"{path}.")
        yield from _point_faults(each, path)
    if plants and (plants[0].state, plants[0].municipality) != (state, municipality):
        yield Fault("plants.0.state", "main_plant_elsewhere")


def place_faults(state: str, municipality: str | None, path: str = "") -> Iterator[Fault]:
    """Of a state and a municipality in it."""
    if state not in STATES:
        yield Fault(f"{path}state", "state_unknown")
    if municipality is None:
        return
    if _MUNICIPALITY.fullmatch(municipality) is None:
        yield Fault(f"{path}municipality", "municipality_form")
    elif not municipality.startswith(state):
        yield Fault(f"{path}municipality", "municipality_of_other_state")
    elif municipality not in MUNICIPALITIES and state in STATES:
        first, *_, last = OF_STATE[state]
        of = NAMES[state]
        yield Fault(f"{path}municipality", "municipality_unknown", {"state": of, "first": first, "last": last})


def _point_faults(plant: Plant, path: str) -> Iterator[Fault]:
    latitude, longitude = plant.latitude_e6, plant.longitude_e6
    if latitude is None and longitude is None:
        return
    if latitude is None or longitude is None:
        yield Fault(f"{path}.{'latitude_e6' if latitude is None else 'longitude_e6'}", "coordinates_incomplete")
        return
    for name, value, (least, most) in (
        ("latitude_e6", latitude, LATITUDES_E6),
        ("longitude_e6", longitude, LONGITUDES_E6),
    ):
        if not least <= value <= most:
            yield Fault(f"{path}.{name}", "coordinates_abroad")
