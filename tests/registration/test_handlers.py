from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.registration import handlers
from services.registration.domain.offering import Offering
from services.registration.domain.profile import Contact
from services.registration.domain.supplier import Registry, Supplier
from shared.contracts.registration import (
    ContactErased,
    SupplierChanged,
    SupplierRegistered,
    SupplierWithdrawn,
)
from shared.messaging.decision import Decision, Refused
from tests.registration.given import (
    DOUBTFUL_RFC,
    EMPTY,
    LATER,
    LEGAL_RFC,
    NATURAL_RFC,
    NOW,
    OTHER_RFC,
    command,
    decided,
    held,
    listing,
    process,
    profile,
    refused,
    registered,
    supplier_id,
    withdrawn,
)

# Registering


def test_a_firm_registers_and_everybody_hears_its_profile() -> None:
    given = profile(offering=Offering(processes=(process(materials=("Acero 1045",)),), qms="iso_9001"))
    decision = decided(handlers.register(command(of=given), NOW, Registry({}, listing({}))))
    (event,) = decision.events
    assert isinstance(event, SupplierRegistered)
    assert (event.supplier_id, event.folio, event.rfc) == (supplier_id(), "PDP-000001", LEGAL_RFC)
    assert (event.legal_name, event.kind, event.registered_at) == ("Maquinados Ejemplo SA de CV", "legal", NOW)
    assert (event.size.stratum, event.size.score, event.size.rules) == ("medium", "95.10", "dof-2009-06-30")
    assert (event.screening.list_69b, event.screening.list_date) == ("not_listed", date(2026, 2, 1))
    assert event.offering.processes[0].materials == ("acero 1045",)


def test_of_a_natural_person_neither_rfc_nor_name_leaves_the_store() -> None:
    given = profile(NATURAL_RFC, legal_name="Persona Ejemplo Inventada")
    decision = decided(handlers.register(command(of=given), NOW, EMPTY))
    (event,) = decision.events
    assert isinstance(event, SupplierRegistered)
    assert (event.kind, event.rfc, event.legal_name) == ("natural", None, None)
    assert NATURAL_RFC not in event.model_dump_json()
    assert decision.state is not None
    assert decision.state.rfc == NATURAL_RFC


def test_no_event_names_the_contact() -> None:
    decision = decided(handlers.register(command(), NOW, EMPTY))
    text = decision.events[0].model_dump_json()
    assert "persona@ejemplo.mx" not in text
    assert "Persona Ejemplo" not in text


@pytest.mark.parametrize("rfc", [DOUBTFUL_RFC, LEGAL_RFC])
def test_a_held_firm_is_stored_and_nobody_hears_of_it(rfc: str) -> None:
    registry = Registry({}, listing({LEGAL_RFC: "presumed"}))
    decision = decided(handlers.register(command(of=profile(rfc)), NOW, registry))
    assert decision.events == ()
    assert decision.state is not None
    assert decision.state.status == "held"


def test_a_definitive_firm_registers_and_says_so() -> None:
    decision = decided(handlers.register(command(), NOW, Registry({}, listing({LEGAL_RFC: "definitive"}))))
    (event,) = decision.events
    assert isinstance(event, SupplierRegistered)
    assert event.screening.list_69b == "definitive"


def test_the_rfc_is_normalised_before_it_is_compared() -> None:
    registry = Registry({LEGAL_RFC: supplier_id(2)}, listing({}))
    given = replace(command(of=profile("mab-930714 8t4")), by="operator-1")
    assert refused(handlers.register(given, NOW, registry)) == ("conflict", "rfc_taken")


@pytest.mark.parametrize(
    ("more", "code"),
    [({"rfc": "XAXX010101000"}, "rfc_generic"), ({"rfc": "MAB"}, "rfc_length"), ({"scian": "1"}, "scian_form")],
)
def test_what_cannot_be_is_refused(more: dict[str, Any], code: str) -> None:
    assert refused(handlers.register(command(of=profile(**more)), NOW, EMPTY)) == ("invalid", code)


# Changing


def change(state: Supplier | None, **more: Any) -> Decision[Supplier] | Refused:
    return handlers.change(state, profile(**more), "somebody", LATER, EMPTY)


def test_a_change_is_told_with_the_whole_profile() -> None:
    decision = decided(change(registered(), annual_sales_mxn=Decimal(1_000_000), workers=5))
    (event,) = decision.events
    assert isinstance(event, SupplierChanged)
    assert (event.size.stratum, event.size.score, event.registered_at) == ("micro", "1.40", NOW)


@pytest.mark.parametrize(
    "more",
    [{}, {"contact": Contact(name="Otra Persona", email="otra@ejemplo.mx")}],
)
def test_what_readers_do_not_see_is_no_news_to_them(more: dict[str, Any]) -> None:
    decision = decided(change(registered(), **more))
    assert decision.events == ()
    assert decision.state is not None
    assert decision.state.contact == profile(**more).contact


def test_a_change_without_a_contact_leaves_the_one_that_is_there() -> None:
    before = registered()
    after = decided(change(before, contact=None)).state
    assert after is not None
    assert after.contact == before.contact
    erased = decided(handlers.erase_contact(after, NOW)).state
    assert erased is not None
    assert decided(change(erased, contact=None)).state == replace(erased, took_part=after.took_part)


def test_a_held_firm_mends_its_rfc_and_takes_part() -> None:
    before = held("rfc_check_digit")
    decision = decided(change(before, rfc=LEGAL_RFC))
    (event,) = decision.events
    assert isinstance(event, SupplierRegistered)
    assert decision.state is not None
    assert (decision.state.status, decision.state.rfc, decision.state.kind) == ("registered", LEGAL_RFC, "legal")
    assert (decision.state.id, decision.state.folio) == (before.id, before.folio)


def test_an_rfc_that_is_mended_is_judged_as_if_it_came_new() -> None:
    confirmed = decided(handlers.release(_doubtful_and_presumed(), ("list_69b_presumed",), "operator-1", LATER)).state
    taken = Registry({OTHER_RFC: supplier_id(9)}, listing({OTHER_RFC: "presumed"}))
    after = decided(handlers.change(confirmed, profile(OTHER_RFC), "somebody", LATER, taken)).state
    assert after is not None
    assert (after.status, after.holds) == ("held", ("rfc_disputed", "list_69b_presumed"))
    assert refused(handlers.release(after, ("list_69b_presumed",), "somebody", LATER)) == ("forbidden", "same_person")
    assert decided(handlers.rescreen(after, {}, LATER, taken.listing)).state == after
    nobodys = change(held("rfc_check_digit"), rfc="XAXX010101000")
    assert refused(nobodys) == ("invalid", "rfc_generic")


def _doubtful_and_presumed() -> Supplier:
    known = Registry({}, listing({DOUBTFUL_RFC: "presumed"}))
    state = decided(handlers.register(command(of=profile(DOUBTFUL_RFC)), NOW, known)).state
    assert state is not None
    assert state.holds == ("rfc_check_digit", "list_69b_presumed")
    return state


def test_a_natural_persons_new_name_is_no_news_either() -> None:
    before = registered(of=profile(NATURAL_RFC))
    decision = decided(change(before, rfc=NATURAL_RFC, legal_name="Otro Nombre"))
    assert decision.events == ()
    assert decision.state is not None
    assert decision.state.legal_name == "Otro Nombre"


def test_the_firms_own_tax_opinion_is_news() -> None:
    (event,) = decided(change(registered(), tax_opinion="negative")).events
    assert isinstance(event, SupplierChanged)
    assert event.screening.tax_opinion == "negative"


def test_a_held_firm_may_change_and_stays_held_in_silence() -> None:
    before = held("rfc_check_digit")
    decision = decided(change(before, rfc=DOUBTFUL_RFC, workers=7))
    assert decision.events == ()
    assert decision.state is not None
    assert (decision.state.status, decision.state.workers) == ("held", 7)


def test_changing_is_refused() -> None:
    assert refused(change(None)) == ("not_found", "supplier_unknown")
    assert refused(change(withdrawn())) == ("conflict", "supplier_withdrawn")
    assert refused(change(registered(), rfc=OTHER_RFC)) == ("conflict", "rfc_fixed")
    assert refused(change(registered(), scian="1")) == ("invalid", "scian_form")


# Releasing


def test_an_operator_confirms_and_the_firm_is_registered() -> None:
    decision = decided(handlers.release(held("rfc_check_digit"), ("rfc_check_digit",), "operator-1", LATER))
    (event,) = decision.events
    assert isinstance(event, SupplierRegistered)
    assert event.registered_at == LATER
    assert "operator-1" not in event.model_dump_json()


def test_confirming_one_of_two_reasons_tells_nobody_yet() -> None:
    both = held("rfc_check_digit", "list_69b_presumed")
    decision = decided(handlers.release(both, ("rfc_check_digit",), "operator-1", LATER))
    assert decision.events == ()
    assert decision.state is not None
    assert decision.state.holds == ("list_69b_presumed",)


def test_confirming_twice_changes_nothing() -> None:
    first = decided(handlers.release(held("rfc_check_digit"), ("rfc_check_digit",), "operator-1", LATER))
    again = decided(handlers.release(first.state, ("rfc_check_digit",), "operator-1", LATER))
    assert (again.state, again.events) == (first.state, ())


def test_releasing_is_refused() -> None:
    assert refused(handlers.release(None, ("rfc_check_digit",), "o", NOW)) == ("not_found", "supplier_unknown")
    assert refused(handlers.release(registered(), ("rfc_check_digit",), "o", NOW)) == ("conflict", "not_held_for")
    assert refused(handlers.release(withdrawn(), ("rfc_check_digit",), "o", NOW)) == ("conflict", "supplier_withdrawn")
    mixed = handlers.release(held("rfc_check_digit"), ("rfc_check_digit", "list_69b_presumed"), "o", NOW)
    assert refused(mixed) == ("conflict", "not_held_for")


# Withdrawing and erasing


def test_whoever_gave_or_changed_the_profile_does_not_release_it() -> None:
    asked = replace(command(of=profile(DOUBTFUL_RFC)), by="operator-1")
    brought = decided(handlers.register(asked, NOW, EMPTY)).state
    changed = decided(handlers.change(brought, profile(DOUBTFUL_RFC, workers=9), "operator-2", LATER, EMPTY)).state
    for by in ("operator-1", "operator-2"):
        assert refused(handlers.release(changed, ("rfc_check_digit",), by, LATER)) == ("forbidden", "same_person")
    assert decided(handlers.release(changed, ("rfc_check_digit",), "operator-3", LATER)).events


def test_a_supplier_withdraws_once() -> None:
    first = decided(handlers.withdraw(registered(), "own_decision", LATER))
    assert first.events == (SupplierWithdrawn(supplier_id=supplier_id(), reason="own_decision", withdrawn_at=LATER),)
    assert decided(handlers.withdraw(first.state, "ceased_operations", LATER)) == Decision(first.state)
    assert refused(handlers.withdraw(None, "own_decision", LATER)) == ("not_found", "supplier_unknown")


def test_a_held_firm_withdraws_in_silence() -> None:
    decision = decided(handlers.withdraw(held("rfc_check_digit"), "own_decision", LATER))
    assert decision.events == ()
    assert decision.state is not None
    assert decision.state.status == "withdrawn"


def test_an_erased_contact_is_told_by_no_word_of_it() -> None:
    known = registered()
    decision = decided(handlers.erase_contact(known, NOW))
    assert decision.events == (ContactErased(supplier_id=known.id, erased_at=NOW),)
    assert decision.state is not None
    assert decision.state.contact is None
    assert refused(handlers.erase_contact(None, NOW)) == ("not_found", "supplier_unknown")
