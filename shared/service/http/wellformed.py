"""What the rules of the trade say of a body some of whose fields are not well formed: of the rest of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

Place: TypeAlias = tuple[int | str, ...]
Broken: TypeAlias = tuple[str, str, Mapping[str, Any]]
"""The path of a field, a code, and what the sentence of it names."""


class Ruled(Protocol):
    """A form whose rules are asked of what is well formed, so that whoever sent it hears all at once."""

    def broken(self, given: dict[str, Any], wrong: Sequence[Place], /) -> Iterator[Broken]:
        """What is wrong with these fields, as JSON has them; those at these places are not among them."""


def broken(rules: Ruled, body: dict[str, Any], wrong: Sequence[Place]) -> Iterator[Broken]:
    """What the rules say of all but the fields at these places, and of nothing that depends on one."""
    for path, code, params in rules.broken(without(body, wrong), wrong):
        at = path.split(".")
        if not any(_one_within_the_other(at, [str(part) for part in place]) for place in wrong):
            yield path, code, params


def without(body: dict[str, Any], wrong: Sequence[Place]) -> dict[str, Any]:
    """The same but for the fields at these places. A list that has what is no item of it is left out whole."""
    rest = {**body}
    own: dict[Place, Any] = {(): rest}
    for place in wrong:
        named = place
        while named and isinstance(named[-1], int):
            named = named[:-1]
        inner = _own(own, named[:-1]) if named else None
        if isinstance(inner, dict):
            inner.pop(named[-1], None)
    return rest


def _own(own: dict[Place, Any], place: Place) -> Any:  # noqa: ANN401 - JSON
    """A copy of what is at this place, within those of what it is in: only of what changes, as the rest may be as deep
    as whoever sent it liked. None where nothing is there.
    """
    for depth in range(1, len(place) + 1):
        at, outer = place[:depth], own[place[: depth - 1]]
        if at not in own:
            try:
                found = outer[at[-1]]
            except (KeyError, IndexError, TypeError):
                return None
            if not isinstance(found, dict | list):
                return None
            own[at] = outer[at[-1]] = found.copy()
    return own[place]


def _one_within_the_other(one: Sequence[str], other: Sequence[str]) -> bool:
    return all(mine == its for mine, its in zip(one, other, strict=False))
