"""What differs between a firm's profile as it was and as it became, field by field."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from services.portal.domain.profile_fields import CERTIFICATES, LISTS, PARTS, PLANTS, PROCESSES, Asked
from services.portal.domain.profile_form import Item, Typed

Kind = Literal["changed", "added", "gone"]

KNOWN_BY: Mapping[str, tuple[str, ...]] = {
    PLANTS: ("name",),
    CERTIFICATES: ("standard", "number"),
    "programs": ("program",),
    "origins": ("family", "hs_code"),
    PROCESSES: ("area",),
}
"""By which of its fields people know one of a list: another one is another thing."""
NOT_KEPT = "contact"
"""The part that no earlier profile has."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs in one part, or in one of a list."""

    part: str
    kind: Kind
    item: Item
    """Which of a list; nothing of a part that a firm has once."""
    fields: tuple[tuple[Asked, str, str], ...]
    """Each with what it was and what it became."""

    @property
    def known_by(self) -> tuple[Asked, ...]:
        """The fields that say which of a list it is."""
        named = KNOWN_BY.get(self.part, ())
        return tuple(each for each in LISTS.get(self.part, ()) if each.name in named)


def differences(before: Typed, after: Typed) -> list[Difference]:
    """All of them, in the order in which a profile is asked for."""
    found = [
        Difference(part, "changed", {}, told)
        for part, asked in PARTS.items()
        if part != NOT_KEPT and (told := _fields(asked, before.fields, after.fields))
    ]
    for name, asked in LISTS.items():
        found += _of_list(name, asked, before.of(name), after.of(name))
    return found


def _of_list(
    name: str, asked: tuple[Asked, ...], before: tuple[Item, ...], after: tuple[Item, ...]
) -> Iterator[Difference]:
    was, became = _by_key(name, before), _by_key(name, after)
    for key, item in became.items():
        if told := _fields(asked, was.get(key, {}), item):
            yield Difference(name, "changed" if key in was else "added", item, told)
    for key, item in was.items():
        if key not in became:
            yield Difference(name, "gone", item, _fields(asked, item, {}))


def _by_key(name: str, items: tuple[Item, ...]) -> dict[tuple[str, ...], Item]:
    """Two of one name are told apart by their order."""
    seen = Counter[tuple[str, ...]]()
    found: dict[tuple[str, ...], Item] = {}
    for item in items:
        key = tuple(item.get(field, "") for field in KNOWN_BY[name])
        seen[key] += 1
        found[*key, str(seen[key])] = item
    return found


def _fields(asked: tuple[Asked, ...], before: Item, after: Item) -> tuple[tuple[Asked, str, str], ...]:
    rows = ((each, before.get(each.name, ""), after.get(each.name, "")) for each in asked)
    return tuple(row for row in rows if row[1] != row[2])
