from typing import Any

import pytest

from services.registration.domain.plants import Plant, faults

MAIN = Plant(name="Planta Norte", state="22", municipality="22014")


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, []),
        ({"latitude_e6": 20_588_800, "longitude_e6": -100_389_900}, []),
        ({"name": ""}, [("name", "line_form")]),
        ({"name": "Planta Norte"}, [("name", "repeated")]),
        ({"state": "33"}, [("state", "state_unknown")]),
        ({"municipality": "22014"}, [("municipality", "municipality_of_other_state")]),
        ({"municipality": "11"}, [("municipality", "municipality_form")]),
        ({"latitude_e6": 20_588_800}, [("longitude_e6", "coordinates_incomplete")]),
        ({"longitude_e6": -100_389_900}, [("latitude_e6", "coordinates_incomplete")]),
        ({"latitude_e6": 20_588_800, "longitude_e6": 100_389_900}, [("longitude_e6", "coordinates_abroad")]),
        ({"latitude_e6": -100_389_900, "longitude_e6": 20_588_800}, ["coordinates_abroad", "coordinates_abroad"]),
    ],
)
def test_a_plant(more: dict[str, Any], found: list[Any]) -> None:
    plant = Plant(**{"name": "Nave 2", "state": "11"} | more)
    given = [*faults([MAIN, plant], "22", "22014")]
    if found and isinstance(found[0], str):
        assert [each.reason for each in given] == found
    else:
        assert [(each.field.removeprefix("plants.1."), each.reason) for each in given] == found


@pytest.mark.parametrize("place", [("11", None), ("22", None), ("22", "22001")])
def test_a_firm_is_where_its_main_plant_is(place: tuple[str, str | None]) -> None:
    assert [(each.field, each.reason) for each in faults([MAIN], *place)] == [
        ("plants.0.state", "main_plant_elsewhere")
    ]
    assert [*faults([], *place)] == []


def test_a_firm_has_only_so_many() -> None:
    many = [Plant(name=f"Nave {number}", state="22", municipality="22014") for number in range(21)]
    assert [each.reason for each in faults(many, "22", "22014")] == ["too_many"]
