"""One record as one line: what it is about, whatever its bytes are, and never what is in it."""

import json

from deploy.cli.commands.watch import Wanted
from deploy.cli.lines import json_line, line, referral_line
from deploy.provision.reader import Entry


def entry(value: bytes | None, key: bytes | None = b"01a20c45-6301-77e3-99e9-be2fd56a1ffd") -> Entry:
    return Entry("registration.supplier.v1", 0, 0, 1_795_502_126_459, key, value)


def event(**data: object) -> bytes:
    attributes = {"type": "registration.supplier-registered", "correlationid": "019a0000-0000-7000-8000-0000deadbeef"}
    return json.dumps(attributes | {"data": data}).encode()


def test_a_line_says_what_an_event_is_about_and_nothing_of_what_is_in_it() -> None:
    shown = line(entry(event(rfc="SAT970701NN3", contact="Ana")))
    assert shown.split()[2:] == [
        "registration.supplier-registered",
        "01a20c45-6301-77e3-99e9-be2fd56a1ffd",
        "019a0000-0000-7000-8000-0000deadbeef",
    ]


def test_a_line_ends_with_the_reasons() -> None:
    shown = line(entry(event(missing=[{"gate": "qms", "reason": "qms_below_ladder"}, {"reason": "Ana told us so"}])))
    assert shown.endswith("  qms:qms_below_ladder")


def test_for_programs_a_record_is_one_line_of_json_whatever_it_holds() -> None:
    told = json.loads(json_line(entry(event(rfc="SAT970701NN3"))))
    assert (told["topic"], told["event"]["data"]) == ("registration.supplier.v1", {"rfc": "SAT970701NN3"})
    assert json.loads(json_line(entry(b"\xff{")))["value"] == "\\xff{"
    assert json.loads(json_line(entry(None, None)))["key"] is None


def test_what_is_looked_for_may_be_given_by_its_beginning() -> None:
    found = entry(event(rfc="SAT970701NN3"))
    assert Wanted("01A20C45", None, None).fits(found)
    assert Wanted(None, "registration.supplier-registered", "019a0000-0000-7000-8000-0000deadbeef").fits(found)
    assert not Wanted("beef", None, None).fits(found)
    assert not Wanted(None, "registration.supplier-changed", None).fits(found)
    assert not Wanted("0", None, None).fits(entry(None, None))


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
