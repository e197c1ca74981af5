"""What people typed of a firm's profile, and what a stage takes of it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from services.portal.domain.profile_fields import LISTS, PARTS, PLANTS, PROCESSES, Asked, Kind
from services.portal.domain.written import amount, codes_of, lines, percentage, scaled, share, whole

_PARTS_OF: Mapping[Kind, int] = {"share": 2, "thousandths": 3, "degrees": 6}
"""Decimal places between what people write and what a stage takes."""
_EXPECTED: Mapping[Kind, str] = {"share": "form.percent", "thousandths": "form.decimal", "degrees": "form.degrees"}
_PLACES = frozenset("012")
"""Last part of the name of one number of several."""
_FAULT = re.compile(rf"({'|'.join(LISTS)})\.([0-9]+)(?:\.(.*))?")

Item = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed so far, field by field, and one by one what a firm has several of."""

    fields: Item = field(default_factory=dict)
    lists: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)

    def of(self, name: str) -> tuple[Item, ...]:
        """Those of one list."""
        return self.lists.get(name, ())

    def begun(self, part: str) -> bool:
        """Whether anything of this part was typed."""
        if part in LISTS:
            return bool(self.of(part))
        return any(self.fields.get(each.name) for each in PARTS[part])

    def lacks(self, part: str) -> tuple[str, ...]:
        """What has to be typed still."""
        if part in LISTS:
            return ("area",) if part == PROCESSES and not self.of(part) else ()
        return tuple(each.name for each in PARTS[part] if each.required and not self.fields.get(each.name))


def body_of(typed: Typed) -> dict[str, Any]:
    """As registration takes it. What is not written as its kind goes as it is: the stage words best what is wrong."""
    found = _values((asked for part in PARTS.values() for asked in part), typed.fields)
    offering = found.setdefault("offering", {})
    for name, asked in LISTS.items():
        holder = found if name == PLANTS else offering
        holder[name] = [_values(asked, each) for each in typed.of(name)]
    return found


def unreadable(typed: Item, asked: Iterable[Asked]) -> dict[str, str]:
    """Of these fields those that are written as nothing that a stage could word, and the code of what is expected: it
    takes them in another unit.
    """
    given = ((each, typed.get(each.name, "").strip()) for each in asked if each.kind in _EXPECTED)
    return {each.name: _EXPECTED[each.kind] for each, text in given if text and _scaled(each.kind, text) is None}


def all_unreadable(typed: Typed) -> Iterator[tuple[str, int | None, str, str]]:
    """The same of everything: the part, which of a list, the field, the code."""
    for part, asked in PARTS.items():
        yield from ((part, None, name, code) for name, code in unreadable(typed.fields, asked).items())
    for part, asked in LISTS.items():
        for number, item in enumerate(typed.of(part)):
            yield from ((part, number, name, code) for name, code in unreadable(item, asked).items())


def typed_of(shown: Mapping[str, Any]) -> Typed:
    """What registration shows of a firm, as its people would type it."""
    fields = texts_of(shown, (each for part in PARTS.values() for each in part))
    return Typed(fields, {name: items_of(shown if name == PLANTS else shown["offering"], name) for name in LISTS})


def items_of(shown: Mapping[str, Any], name: str) -> tuple[Item, ...]:
    """What a stage shows of one list, as people would type it."""
    return tuple(texts_of(each, LISTS[name]) for each in shown.get(name) or ())


def place_of(fault: str) -> tuple[str, int | None, str]:
    """Where a field that a stage finds fault with is asked for: the part, which of a list, and the field there."""
    named = fault.removeprefix("offering.")
    one = _FAULT.fullmatch(named)
    if one is not None:
        return one[1], int(one[2]), _known(one[3] or "", LISTS[one[1]])
    for part, asked in PARTS.items():
        for each in asked:
            if each.name in (named, f"offering.{named}") or f"offering.{named}".startswith(f"{each.name}."):
                return part, None, each.name
    return named if named in LISTS else "identity", None, named


def _known(named: str, asked: tuple[Asked, ...]) -> str:
    """The field that has what is named, which may be a part of it."""
    known = (each.name for each in asked if named == each.name or named.startswith(f"{each.name}."))
    # Of what is asked for in several fields, the first.
    parts = (each.name for each in asked if each.name.startswith(f"{named}."))
    return next(known, None) or next(parts, None) or named or asked[0].name


def _values(asked: Iterable[Asked], typed: Item) -> dict[str, Any]:
    """What was typed into these fields, where a stage takes it."""
    found: dict[str, Any] = {}
    several: dict[str, list[tuple[Kind, str]]] = {}
    for each in asked:
        text = typed.get(each.name, "").strip()
        outer, _, last = each.name.rpartition(".")
        if last in _PLACES:
            several.setdefault(outer, []).append((each.kind, text))
        elif each.kind == "member":
            if text:
                _within(found, outer).setdefault(outer.rpartition(".")[2], []).append(last)
        elif text or each.kind == "flag":
            _within(found, each.name)[last or each.name] = _value(each.kind, text)
    for name, given in several.items():
        if any(text for _, text in given):
            _within(found, name)[name.rpartition(".")[2]] = _numbers(given)
    return found


def _numbers(given: list[tuple[Kind, str]]) -> list[object]:
    """Several numbers; of an interval of which only the end is known, the beginning is zero."""
    interval = len(given) == len(("from", "to"))
    return [_value(kind, text or ("0" if interval and not place else "")) for place, (kind, text) in enumerate(given)]


def _within(found: dict[str, Any], name: str) -> dict[str, Any]:
    """What the last part of a name is put into."""
    for outer in name.split(".")[:-1]:
        found = found.setdefault(outer, {})
    return found


def _scaled(kind: Kind, text: str) -> int | None:
    return share(text) if kind == "share" else scaled(text, _PARTS_OF[kind])


def _value(kind: Kind, text: str) -> object:
    match kind:
        case "number":
            return whole(text)
        case "money":
            return amount(text)
        case "share" | "thousandths" | "degrees":
            return text if (number := _scaled(kind, text)) is None else number
        case "flag":
            return bool(text)
        case "yes_no":
            return {"yes": True, "no": False}.get(text, text)
        case "texts" | "codes":
            return lines(text) if kind == "texts" else codes_of(text.lower())
        case "dated":
            return [_dated(line) for line in lines(text)]
        case _:
            return text


def _dated(line: str) -> dict[str, str]:
    code, _, day = line.partition(" ")
    return {"code": code, "assessed_on": day.strip()}


def texts_of(shown: Mapping[str, Any], asked: Iterable[Asked]) -> dict[str, str]:
    """What a stage shows in these fields, as people would type it."""
    return {each.name: _text(each.kind, _at(shown, each.name)) for each in asked}


def _at(shown: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - JSON
    found: Any = shown
    for part in name.split("."):
        if found is None:
            return None
        if isinstance(found, list | tuple):
            found = found[int(part)] if part in _PLACES else part in found
        else:
            found = found.get(part)
    return found


def _text(kind: Kind, value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return ""
    match kind:
        case "share":
            return percentage(value)
        case "thousandths" | "degrees":
            return format((Decimal(value) / 10 ** _PARTS_OF[kind]).normalize(), "f")
        case "yes_no":
            return "yes" if value else "no"
        case "flag" | "member":
            return "yes" if value else ""
        case "texts" | "codes":
            return ("\n" if kind == "texts" else ", ").join(value)
        case "dated":
            return "\n".join(f"{each['code']} {each['assessed_on']}" for each in value)
        case _:
            return str(value)
