"""A number of JSON is the one that was written, or none at all."""

import json

import pytest

from shared.runtime.numbers import INEXACT, inexact_at, loads

KEPT = ["0", "-7", "1.0", "0.1", "-0.0", "1e2", "1E+5", "12345678901234.56", "0.30000000000000004", "9007199254740993"]
LOST = [
    *("1e-400", "-1e-400", "1e400", "1e100000000", "1e-99999999999999999999", "99999999999999.99"),
    *("0.1000000000000000000001", "9007199254740993.0", "1" * 41, "1" * 100_000, "0." + "0" * 100_000 + "1"),
    *("NaN", "Infinity", "-Infinity"),
]


@pytest.mark.parametrize("number", KEPT)
def test_what_is_kept_is_read(number: str) -> None:
    assert loads(f'{{"a": [{number}]}}') == {"a": [json.loads(number)]}
    assert inexact_at(number) is None


@pytest.mark.parametrize("number", LOST, ids=lambda number: number[:24])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_would_be_another_number_is_refused_at_its_place(number: str, encoding: str) -> None:
    text = f'{{"1e-400 \\" 1e-400": "\\\\",\n "b": {number}}}'
    with pytest.raises(json.JSONDecodeError) as found:
        loads(text.encode(encoding))
    assert (found.value.msg, found.value.lineno, found.value.colno) == (INEXACT, 2, 7)


def test_other_faults_of_json_are_told_as_ever() -> None:
    with pytest.raises(json.JSONDecodeError) as found:
        loads(b'{"a": 1,}')
    assert found.value.msg != INEXACT
    with pytest.raises(ValueError, match="codec"):
        loads(b'"\xff"')
