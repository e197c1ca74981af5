"""What is typed of a firm, and what of it a stage is sent and says."""

import pytest

from services.portal.domain.profile_changes import with_fields, with_item, without_item
from services.portal.domain.profile_fields import LISTS, PARTS
from services.portal.domain.profile_form import Typed, body_of, place_of, typed_of
from tests.portal.profile_given import HARD, TYPED
from tests.registration.bodies_given import WHOLE


def test_a_profile_comes_back_as_it_was_typed() -> None:
    fields = {name: value for part, typed in TYPED.items() if part in PARTS for name, value in typed.items()}
    body = body_of(Typed(fields, {name: (TYPED[name],) for name in LISTS}))
    assert body["workers"] == 1051
    assert (body["annual_sales_mxn"], body["offering"]["otif_bp_12m"]) == ("100000000.50", 9850)
    assert "phone" not in body["contact"]
    [process] = body["offering"]["processes"]
    assert process["envelope_mm"] == [400, 300, 200]
    assert process["special_processes"][0] == {"code": "CQI-9", "assessed_on": "2026-03-01"}
    assert process["parts"] == {"weight_g": [0, 4500], "thickness_um": [500, 6000], "surface_ra_nm": 800}
    assert process["supply"] == {"tooling_in_house": False, "deliveries": ["fca", "jit"], "oee_bp": 7125}
    [plant] = body["plants"]
    assert (plant["latitude_e6"], plant["longitude_e6"]) == (20_588_801, -100_389_902)
    assert (body["offering"]["languages"], body["offering"]["origins"][0]["rvc_bp"]) == (["en", "de"], 7550)
    assert body_of(typed_of(body)) == body


@pytest.mark.parametrize("value", HARD)
def test_whatever_is_in_a_list_comes_back_from_the_form(value: str) -> None:
    """A browser sends its own ends of lines."""
    asked = [each for part in (*PARTS.values(), *LISTS.values()) for each in part]
    several = {each.name for each in asked if each.kind in ("texts", "codes", "dated")}
    assert several == {"offering.languages", "materials", "special_processes"}, "one more is one more below"
    body = body_of(Typed(TYPED["dealing"], {"processes": (TYPED["processes"] | {"materials": "acero"},)}))
    body["offering"]["processes"][0]["materials"] += [value]
    shown = typed_of(body)
    [process] = shown.of("processes")
    sent = {name: text.replace("\n", "\r\n") for name, text in process.items()}
    assert body_of(Typed(shown.fields, {"processes": (sent,)})) == body


def test_all_that_a_firm_can_say_is_asked_for() -> None:
    said = typed_of(WHOLE)
    empty = [each.name for part in PARTS.values() for each in part if not said.fields[each.name]]
    unsaid = {f"supply.deliveries.{code}" for code in ("exw", "dap", "ddp", "jis")}
    empty += [each.name for name, asked in LISTS.items() for each in asked if not said.of(name)[0][each.name]]
    assert set(empty) == unsaid
    stated = {"plants": [{k: v for k, v in each.items() if v is not None} for each in WHOLE["plants"]]}
    assert body_of(said) == WHOLE | stated


def test_what_says_the_same_in_two_places_changes_in_both() -> None:
    plant, certificate = TYPED["plants"], TYPED["certificates"]
    typed = with_item(Typed(TYPED["business"], {}), "plants", None, plant)
    typed = with_item(typed, "plants", None, {"name": "Nave 2", "state": "11"})
    assert (typed.fields["state"], typed.fields["municipality"]) == ("22", "22014")
    moved = with_fields(typed, TYPED["business"] | {"state": "19", "municipality": ""})
    assert [each["state"] for each in moved.of("plants")] == ["19", "11"]
    typed = with_item(typed, "certificates", None, certificate)
    renamed = with_item(typed, "plants", 0, plant | {"name": "Planta Sur"})
    assert renamed.of("certificates")[0]["site"] == "Planta Sur"
    gone = without_item(typed, "plants", 0)
    assert (gone.fields["state"], gone.of("certificates")[0]["site"]) == ("11", "")
    typed = with_fields(typed, {"offering.qms": "iatf_16949", "offering.qms_valid_to": "2027-01-31"})
    none = without_item(typed, "certificates", 0)
    assert (none.fields["offering.qms"], none.fields["offering.qms_valid_to"]) == ("documented", "")


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        ("offering.processes.2.special_processes.0.assessed_on", ("processes", 2, "special_processes")),
        ("processes.0.envelope_mm", ("processes", 0, "envelope_mm.0")),
        ("offering.processes.1.envelope_mm.2", ("processes", 1, "envelope_mm.2")),
        ("ppm_12m", ("quality", None, "offering.ppm_12m")),
        ("contact.email", ("contact", None, "contact.email")),
        ("processes", ("processes", None, "processes")),
        ("plants.1.name", ("plants", 1, "name")),
        ("offering.certificates.0.valid_to", ("certificates", 0, "valid_to")),
        ("languages.0", ("dealing", None, "offering.languages")),
        ("processes.0.supply.deliveries", ("processes", 0, "supply.deliveries.exw")),
        ("processes.0.parts.weight_g", ("processes", 0, "parts.weight_g.0")),
        ("nothing that is asked", ("identity", None, "nothing that is asked")),
    ],
)
def test_a_fault_has_its_place(fault: str, place: tuple[str, int | None, str]) -> None:
    assert place_of(fault) == place
