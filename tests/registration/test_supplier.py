from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from services.registration.domain.profile import Profile
from services.registration.domain.rfc import DoubtfulRfc, ValidRfc
from services.registration.domain.screening import NO_LIST, Listing, ListState, Screening
from services.registration.domain.supplier import (
    Registry,
    Supplier,
    changed,
    confirmed,
    folio,
    received,
    screened,
    withdrawn,
    without_contact,
)
from tests.registration.given import DOUBTFUL_RFC, LATER, LEGAL_RFC, NOW, held, listing, profile, registered

VALID = ValidRfc(LEGAL_RFC, "legal")
DOUBTFUL = DoubtfulRfc(DOUBTFUL_RFC, "natural", ("rfc_check_digit",))


def consume(identity: ValidRfc | DoubtfulRfc, of: Profile, seen: Listing) -> Supplier:
    return received(UUID(int=1), folio(1), of, identity, Registry({}, seen), None, NOW)


def test_a_folio_has_six_digits_or_more() -> None:
    assert [folio(123), folio(1_234_567)] == ["PDP-000123", "PDP-1234567"]


def test_a_sound_firm_is_registered_at_once() -> None:
    supplier = consume(VALID, profile(), listing({}))
    assert (supplier.status, supplier.holds, supplier.registered_at) == ("registered", (), NOW)
    assert (supplier.size.stratum, supplier.kind) == ("medium", "legal")
    assert supplier.screening == Screening("not_listed", listing({}).list_date)


def test_a_doubtful_rfc_waits_for_an_operator() -> None:
    supplier = consume(DOUBTFUL, profile(DOUBTFUL_RFC), NO_LIST)
    assert (supplier.status, supplier.holds, supplier.registered_at) == ("held", ("rfc_check_digit",), None)


def test_only_presumed_holds() -> None:
    states: dict[ListState, str] = {
        "not_listed": "registered",
        "presumed": "held",
        "definitive": "registered",
        "disproved": "registered",
        "favourable_ruling": "registered",
    }
    found = {state: consume(VALID, profile(), listing({LEGAL_RFC: state})) for state in states}
    assert {state: supplier.status for state, supplier in found.items()} == states
    assert {state: supplier.screening.list_69b for state, supplier in found.items()} == {s: s for s in states}


def test_it_is_registered_when_the_last_reason_is_confirmed() -> None:
    supplier = held("rfc_check_digit", "list_69b_presumed")
    first = confirmed(supplier, ("list_69b_presumed",), "operator-1", LATER)
    assert (first.status, first.holds) == ("held", ("rfc_check_digit",))
    second = confirmed(first, ("rfc_check_digit",), "operator-2", LATER)
    assert (second.status, second.holds, second.registered_at) == ("registered", (), LATER)
    assert [(c.reason, c.operator) for c in second.confirmations] == [
        ("list_69b_presumed", "operator-1"),
        ("rfc_check_digit", "operator-2"),
    ]


def test_a_newer_list_lifts_the_hold_that_an_older_one_made() -> None:
    cleared = screened(held("list_69b_presumed"), listing({LEGAL_RFC: "disproved"}), LATER)
    assert (cleared.status, cleared.registered_at) == ("registered", LATER)


def test_a_newer_list_never_lifts_the_doubt_about_the_rfc() -> None:
    supplier = screened(held("rfc_check_digit", "list_69b_presumed"), listing({}), LATER)
    assert (supplier.status, supplier.holds) == ("held", ("rfc_check_digit",))


def test_what_an_operator_confirmed_holds_no_second_time() -> None:
    both = held("rfc_check_digit", "list_69b_presumed")
    supplier = confirmed(both, ("list_69b_presumed",), "operator-1", LATER)
    again = screened(supplier, listing({DOUBTFUL_RFC: "presumed"}), LATER)
    assert again.holds == ("rfc_check_digit",)


def test_who_takes_part_goes_on_when_it_is_presumed_later() -> None:
    supplier = screened(registered(), listing({LEGAL_RFC: "presumed"}), LATER)
    assert (supplier.status, supplier.screening.list_69b, supplier.registered_at) == ("registered", "presumed", NOW)


def test_a_change_classifies_again_and_keeps_identity_and_history() -> None:
    before = registered()
    after = changed(before, profile("TME840315KT6", workers=251), listing({}), "operator-1", LATER)
    assert (after.rfc, after.id, after.folio, after.registered_at) == (LEGAL_RFC, before.id, before.folio, NOW)
    assert (after.workers, format(after.size.score, "f")) == (251, "115.10")


def test_withdrawing_ends_the_waiting() -> None:
    supplier = withdrawn(held("rfc_check_digit"), "duplicate_registration", LATER)
    assert (supplier.status, supplier.holds, supplier.withdrawn_at) == ("withdrawn", (), LATER)


def test_a_contact_is_erased_alone() -> None:
    assert without_contact(registered()).contact is None


def test_of_one_of_before_sizes_were_kept_the_day_is_unknown() -> None:
    old = replace(registered(), sizes=())
    after = changed(old, profile(workers=60), NO_LIST, "somebody", LATER)
    assert [(each.workers, each.said_on) for each in after.sizes] == [(51, None), (60, LATER.date())]
    same = changed(registered(), profile(exports=True), NO_LIST, "somebody", LATER)
    assert [(each.workers, each.said_on) for each in same.sizes] == [(51, NOW.date())]


def test_what_is_said_in_the_evening_is_said_on_that_day() -> None:
    """Where it is evening it is tomorrow by UTC."""
    evening = datetime(2026, 3, 2, 5, 59, tzinfo=UTC)
    after = changed(registered(), profile(workers=60), NO_LIST, "somebody", evening)
    assert after.sizes[-1].said_on == date(2026, 3, 1)
