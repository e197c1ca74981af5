import json
from pathlib import Path

import pytest

from shared import states
from shared.files.cells import state
from shared.files.cells import states as listed
from shared.files.faults import CellRefusedError
from shared.states import STATES, state_key


def test_there_are_32_states() -> None:
    assert {f"{number:02}" for number in range(1, 33)} == STATES


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("22", "22"),
        ("1", "01"),
        (" Querétaro ", "22"),
        ("QUERETARO", "22"),
        ("Ciudad de México", "09"),
        ("cdmx", "09"),
        ("Estado de Mexico", "15"),
        ("Nuevo  León", "19"),
        ("Qro.", "22"),
        ("NL", "19"),
        ("n. l.", "19"),
        ("Q. Roo", "23"),
        ("QRoo", "23"),
        ("SLP", "24"),
        ("México, D.F.", "09"),
        ("Edo. de México", "15"),
        ("MIC", "16"),
        ("0", None),
        ("33", None),
        ("Texas", None),
        ("", None),
    ],
)
def test_a_state_by_key_or_name(text: str, key: str | None) -> None:
    assert state_key(text) == key


def test_no_two_states_are_written_alike() -> None:
    told = json.loads(Path(states.__file__).with_name("states_2020.json").read_text(encoding="utf-8"))["states"]
    ways = [(each["key"], way) for each in told for way in (each["name"], *each["also"])]
    assert [(key, way) for key, way in ways if state_key(way) != key] == []


@pytest.mark.parametrize(
    ("cell", "key"), [("Querétaro", "22"), ("1", "01"), ("Qro.", "22"), ("N.L.", "19"), ("edomex", "15")]
)
def test_a_state_by_its_name_or_its_key(cell: str, key: str) -> None:
    assert state(cell) == key


def test_a_state_that_is_none() -> None:
    with pytest.raises(CellRefusedError) as caught:
        state("Texas")
    assert (caught.value.reason, caught.value.params) == ("state_unknown", {})


def test_a_list_that_is_none_says_what_separates_it() -> None:
    assert listed("Querétaro;11") == ("22", "11")
    with pytest.raises(CellRefusedError) as refused:
        listed("Querétaro, Guanajuato")
    assert refused.value.message == "state_unknown.list"
