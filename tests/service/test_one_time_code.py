from datetime import timedelta

import pytest

from shared.one_time_code import LASTS, MOST_TRIES, one_time
from tests.registration.given import NOW

CODE = "x" * 32


def test_a_code_opens_until_it_expires() -> None:
    kept = one_time(CODE, NOW)
    assert kept.opens(CODE, NOW + LASTS - timedelta(seconds=1))
    assert not kept.opens(CODE, NOW + LASTS)
    assert CODE not in repr(kept)


@pytest.mark.parametrize("given", ["", "x" * 31, "y" * 32, CODE.upper(), "ñ"])
def test_nothing_else_opens(given: str) -> None:
    assert not one_time(CODE, NOW).opens(given, NOW)


def test_misses_are_counted_and_end_it() -> None:
    kept = one_time(CODE, NOW)
    for _ in range(MOST_TRIES + 2):
        kept = kept.missed()
    assert kept.tries == MOST_TRIES
    assert kept.fits(CODE)
    assert not kept.opens(CODE, NOW)
