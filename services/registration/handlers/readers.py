"""What readers are told of a supplier: its whole profile, less what is personal."""

from dataclasses import fields, replace
from typing import Any

from services.registration.domain.introduction import standing
from services.registration.domain.offering import Offering
from services.registration.domain.plants import Plant
from services.registration.domain.supplier import Supplier
from shared.contracts import registration as contract


def told(before: Supplier | None, after: Supplier) -> tuple[contract.SupplierProfile, ...]:
    """The event that readers get of a supplier that takes part, if there is news for them."""
    if after.status != "registered":
        return ()
    if before is None or before.status == "held":
        return (contract.SupplierRegistered.model_validate(_profile(after), from_attributes=True),)
    # That a list was looked up at all is news, as until then nothing was known; that it was a newer one is none.
    known = before.screening.list_date is not None
    same = replace(after, screening=replace(after.screening, list_date=before.screening.list_date)) if known else after
    return () if _profile(same) == _profile(before) else (as_it_is(after),)


def as_it_is(supplier: Supplier) -> contract.SupplierChanged:
    """The event with the whole profile of a supplier that readers know."""
    return contract.SupplierChanged.model_validate(_profile(supplier), from_attributes=True)


def _profile(supplier: Supplier) -> dict[str, Any]:
    """What leaves this store: of a natural person neither RFC nor name, of nobody the contact."""
    legal = supplier.kind == "legal"
    size, screening = supplier.size, supplier.screening
    return {
        "supplier_id": supplier.id,
        "folio": supplier.folio,
        "kind": supplier.kind,
        "rfc": supplier.rfc if legal else None,
        "legal_name": supplier.legal_name if legal else None,
        "sector": supplier.sector,
        "scian": supplier.scian,
        "state": supplier.state,
        "municipality": supplier.municipality,
        "plants": [_plant(plant, legal=legal) for plant in supplier.plants],
        "operating_since": supplier.operating_since,
        "exports": supplier.exports,
        # Of a natural person it would say who they are.
        "women_led": supplier.women_led if legal else None,
        "size": {"stratum": size.stratum, "score": format(size.score, "f"), "flags": size.flags, "rules": size.rules},
        "screening": {
            "list_69b": screening.list_69b,
            "list_date": screening.list_date,
            "tax_opinion": supplier.tax_opinion,
        },
        "offering": supplier.offering if legal else _offering_of_person(supplier.offering),
        "introduction": _introduced_to(supplier),
        "registered_at": supplier.registered_at,
    }


def _plant(plant: Plant, *, legal: bool) -> dict[str, Any]:
    """Of a natural person, who may live there, no more than its municipality."""
    place = {"state": plant.state, "municipality": plant.municipality}
    point = {"name": plant.name, "latitude_e6": plant.latitude_e6, "longitude_e6": plant.longitude_e6}
    return place | point if legal else place


def _offering_of_person(offering: Offering) -> dict[str, Any]:
    """Without the numbers under which certifiers and authorities name the person, and without free text about them."""
    told: dict[str, Any] = {field.name: getattr(offering, field.name) for field in fields(offering)}
    certificates = [
        {"standard": each.standard, "body": each.body, "valid_from": each.valid_from, "valid_to": each.valid_to}
        for each in offering.certificates
    ]
    return told | {
        "certificates": certificates,
        "programs": [replace(each, number=None) for each in offering.programs],
    }


def _introduced_to(supplier: Supplier) -> dict[str, Any]:
    """To whom, and what its contact does; neither the words nor who consented."""
    given = standing(supplier.introductions)
    contact = supplier.contact if supplier.kind == "legal" or given else None
    return {
        "everybody": any(each.anchor_id is None for each in given),
        "anchors": tuple(sorted({each.anchor_id for each in given if each.anchor_id is not None})),
        "contact_role": None if contact is None else contact.role,
    }
