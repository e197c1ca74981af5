import pytest

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
        ("0", None),
        ("33", None),
        ("Texas", None),
        ("", None),
    ],
)
def test_a_state_by_key_or_name(text: str, key: str | None) -> None:
    assert state_key(text) == key
