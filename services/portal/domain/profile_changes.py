"""What becomes of a profile when a part of it is typed anew. What says the same in two places is changed in both."""

from collections.abc import Mapping
from dataclasses import replace

from services.portal.domain.profile_fields import CERTIFICATES, MOST, PLANTS
from services.portal.domain.profile_form import Item, Typed

PLACE = ("state", "municipality")
"""Of a firm, those of its main plant."""
SYSTEMS = frozenset({"iso_9001", "iatf_16949"})
"""Certificates from which registration takes the quality management system."""


def with_fields(typed: Typed, fields: Mapping[str, str]) -> Typed:
    """These fields anew."""
    changed = replace(typed, fields={**typed.fields, **fields})
    plants = changed.of(PLANTS)
    if not plants or not fields.keys() >= {*PLACE}:
        return changed
    main = {**plants[0], **{name: fields[name] for name in PLACE}}
    return replace(changed, lists={**changed.lists, PLANTS: (main, *plants[1:])})


def with_item(typed: Typed, name: str, number: int | None, item: Item) -> Typed:
    """Another one of a list, or this one anew; of one more than a firm has, nothing."""
    items = typed.of(name)
    if number is None or not 0 <= number < len(items):
        return _changed(typed, name, (*items, item)[: MOST[name]], {})
    renamed = {items[number].get("name", ""): item.get("name", "")} if name == PLANTS else {}
    return _changed(typed, name, (*items[:number], item, *items[number + 1 :]), renamed)


def without_item(typed: Typed, name: str, number: int) -> Typed:
    """A list without this one."""
    items = typed.of(name)
    gone = {each.get("name", ""): "" for each in items[number : number + 1]} if name == PLANTS else {}
    return _changed(typed, name, tuple(each for at, each in enumerate(items) if at != number), gone)


def _changed(typed: Typed, name: str, items: tuple[Item, ...], renamed: Mapping[str, str]) -> Typed:
    """`renamed`: plants that have another name now, which certificates name, or none."""
    lists, fields = {**typed.lists, name: items}, dict(typed.fields)
    if name == PLANTS and items:
        fields |= {each: items[0].get(each, "") for each in PLACE}
    if renamed:
        known = typed.of(CERTIFICATES)
        lists[CERTIFICATES] = tuple(
            {**each, "site": renamed.get(each.get("site", ""), each.get("site", ""))} for each in known
        )
    if name == CERTIFICATES and _certified(typed.of(name)) and not _certified(items):
        # It has no certificate any more; the system that it certified is still written down.
        fields |= {"offering.qms": "documented", "offering.qms_valid_to": ""}
    return Typed(fields, lists)


def _certified(certificates: tuple[Item, ...]) -> bool:
    return any(each.get("standard") in SYSTEMS for each in certificates)
