"""To whom a firm consents, for what, and to which data: what it chose, and what that is good for."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from services.portal.domain.money import Consent

Choice = dict[str, Any]
Product = Mapping[str, Any]
"""As financing lists them."""

PURPOSES: Final = (
    "receivables",
    "purchase_order",
    "tooling",
    "machinery",
    "certification",
    "measuring",
    "energy",
    "export",
    "collateral",
)
DATA: Final = ("identity", "contact", "standing", "need", "capacity", "evidence")
"""Purposes and classes of data that financing takes."""


def chosen(partner: str, purposes: list[str], classes: list[str], expires_on: str) -> Choice:
    return {
        "partner": partner,
        "purpose": [each for each in PURPOSES if each in purposes],
        "data_class": [each for each in DATA if each in classes],
        "expires_on": expires_on,
    }


def fitting(products: Sequence[Product], choice: Choice) -> list[Product]:
    """Those that the choice may be for: of its partner and purposes, as far as these are chosen."""
    purposes = {*choice["purpose"]} or {*PURPOSES}
    return [
        each
        for each in products
        if choice["partner"] in ("", each["partner"]) and not purposes.isdisjoint(each["purposes"])
    ]


def least(products: Sequence[Product]) -> dict[str, list[str]]:
    """By partner, the data without which one of these products is not to be had from it."""
    needed: dict[str, set[str]] = {}
    for each in products:
        needed.setdefault(each["partner"], set()).update(each["min_classes"])
    return {partner: [each for each in DATA if each in classes] for partner, classes in needed.items()}


def unserved(products: Sequence[Product], choice: Choice) -> dict[str, list[str]]:
    """By product, the data that are missing for it to be had under this choice."""
    given = {*choice["data_class"]}
    if not (choice["partner"] and choice["purpose"] and given):
        return {}
    missing = {each["code"]: [name for name in each["min_classes"] if name not in given] for each in products}
    return {code: classes for code, classes in missing.items() if classes}


def as_before(choice: Choice, before: Consent | None, products: Sequence[Product]) -> Choice:
    """Of a partner alone, what the firm consented to it last; the first time the least that the partner needs."""
    if choice["data_class"] or not choice["partner"]:
        return choice
    if before is not None and not choice["purpose"]:
        return {**choice, "purpose": before.purposes, "data_class": before.data_classes}
    return {**choice, "data_class": least(products).get(choice["partner"], [])}


def lacking(choice: Choice, today: date) -> list[str]:
    """What is still to be chosen for a text to be shown, once anything was."""
    needed = ("partner", "purpose", "data_class")
    begun = choice["purpose"] or choice["data_class"] or choice["expires_on"]
    past = ["expires_on"] if "" < choice["expires_on"] < today.isoformat() else []
    return [name for name in needed if not choice[name]] + past if begun else []
