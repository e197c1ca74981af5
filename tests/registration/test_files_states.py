import pytest

from services.registration.files.states import state
from shared.files.faults import CellRefusedError


@pytest.mark.parametrize(("cell", "key"), [("Querétaro", "22"), ("1", "01")])
def test_a_state_by_its_name_or_its_key(cell: str, key: str) -> None:
    assert state(cell) == key


def test_a_state_that_is_none() -> None:
    with pytest.raises(CellRefusedError) as caught:
        state("Texas")
    assert (caught.value.reason, caught.value.params) == ("state_unknown", {})
