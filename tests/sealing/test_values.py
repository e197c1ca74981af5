"""What is sealed can be read by its key at its place alone, and says nothing of itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sealing.values import ERASED, KEY_BYTES, AlteredError, is_sealed, opened, sealed

KEY, OTHER = bytes(range(KEY_BYTES)), bytes(range(1, KEY_BYTES + 1))
PLACE = b"supplier/1/contact"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(JSON)
def test_what_was_sealed_comes_back(value: Any) -> None:
    kept = sealed(KEY, PLACE, value)
    assert is_sealed(kept)
    assert opened(KEY, PLACE, kept) == value


def test_the_same_at_the_same_place_is_kept_alike_and_elsewhere_otherwise() -> None:
    kept = sealed(KEY, PLACE, {"name": "Ana"})
    assert kept == sealed(KEY, PLACE, {"name": "Ana"})
    others = {sealed(KEY, b"supplier/2/contact", {"name": "Ana"}), sealed(KEY, PLACE, {"name": "Ena"})}
    starts = {each[:30] for each in (kept, *others)}
    assert len(starts) == 3, "a nonce served twice"


@pytest.mark.parametrize("value", ["Ana Ejemplo", {"email": "ana@ejemplo.mx"}])
def test_nothing_of_it_is_seen(value: Any) -> None:
    assert "jemplo" not in sealed(KEY, PLACE, value)


def test_elsewhere_or_altered_it_is_not_opened() -> None:
    kept = sealed(KEY, PLACE, "Ana")
    middle = len(kept) - 10
    altered = f"{kept[:middle]}{'A' if kept[middle] != 'A' else 'B'}{kept[middle + 1 :]}"
    for place, wrong in (
        (b"supplier/2/contact", kept),
        (PLACE, altered),
        (PLACE, kept[:-8]),
        (PLACE, "sealed:"),
        (PLACE, "sealed:no base64"),
    ):
        with pytest.raises(AlteredError):
            opened(KEY, place, wrong)


def test_what_an_earlier_key_sealed_is_erased() -> None:
    assert opened(OTHER, PLACE, sealed(KEY, PLACE, "Ana")) is ERASED
