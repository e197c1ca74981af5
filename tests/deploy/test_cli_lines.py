"""One record as one line: what it is about, whatever its bytes are, and never what is in it."""

import json

from deploy.cli.lines import line, referral_line
from deploy.provision.reader import Entry


def entry(value: bytes | None, key: bytes | None = b"01a20c45-6301-77e3-99e9-be2fd56a1ffd") -> Entry:
    return Entry("registration.supplier.v1", 0, 0, 1_795_502_126_459, key, value)


def event(**data: object) -> bytes:
    attributes = {"type": "registration.supplier-registered", "correlationid": "019a0000-0000-7000-8000-0000deadbeef"}
    return json.dumps(attributes | {"data": data}).encode()


def test_a_line_says_what_an_event_is_about_and_nothing_of_what_is_in_it() -> None:
    shown = line(entry(event(rfc="SAT970701NN3", contact="Ana")))
    assert shown.split()[1:] == [
        "registration.supplier.v1",
        "registration.supplier-registered",
        "d56a1ffd",
        "deadbeef",
    ]


def test_any_bytes_are_one_printable_line() -> None:
    for value in (
        None,
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"type": 7}',
        json.dumps({"type": "a\x1b[31m\nb"}).encode(),
    ):
        for key in (None, b"", b"\x1b[2J", b"\xff"):
            assert line(entry(value, key)).isprintable()
            assert referral_line(entry(value, key)).isprintable()


def test_a_referral_shows_its_whole_id_and_the_amount() -> None:
    need = {"amount": {"amount": "1500000.00", "currency": "MXN"}}
    shown = referral_line(entry(event(referral_id="24a11185-163e-489c-bbc0-e99781e925d5", product="p", need=need)))
    assert "24a11185-163e-489c-bbc0-e99781e925d5" in shown
    assert "1500000.00 MXN" in shown
