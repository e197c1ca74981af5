"""What a firm may know of others like it: quartiles of groups that are large enough, and that no difference undoes.

Source: threshold rule, rounding, and protection against differencing, as in A. Hundepool and others, Statistical
Disclosure Control, Wiley 2012, chapters 4 and 5.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Final, Literal, get_args
from uuid import UUID

Kind = Literal["area", "size", "state"]

LEAST: Final = 10
"""Firms behind a group, and between any two answers that ever were given."""
STEP: Final = 500
"""Basis points to which quartiles are rounded: each is one firm's share otherwise."""


Shares = Mapping[UUID, str]
"""Of firms in one dimension, as they were written."""


@dataclass(frozen=True, slots=True)
class Member:
    """One firm of the program, validated by the present questionnaire."""

    supplier_id: UUID
    shares: Mapping[str, int]
    """By dimension, in basis points."""
    groups: frozenset[tuple[Kind, str]]


@dataclass(frozen=True, slots=True)
class Group:
    """Firms of one area, one size or one state, as they were published."""

    kind: Kind
    code: str
    members: Mapping[UUID, str]
    """By firm, the shares that it had; they never leave the store."""
    quartiles: Mapping[str, tuple[int, int, int]]
    """By dimension that was told, in basis points; of another one the answer before stands."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A batch of groups that were published together. Between two nothing changes, whoever joins."""

    id: UUID
    by: str
    at: datetime
    instrument: str
    groups: tuple[Group, ...]
    """Those that are others than before, and may be told."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a publication is made of."""

    instrument: str
    members: tuple[Member, ...]
    earlier: tuple[Group, ...]
    """All that was ever published of the present questionnaire, in its order."""
    others: tuple[Group, ...] = ()
    """And of other versions: whoever read one of those knows it still."""


def publish(id_: UUID, by: str, at: datetime, known: Known) -> Publication:
    """Every group that may be told now and is not told already, the largest first.

    A dimension of a group is told where ten firms are behind it, and where between it and each that was ever told, of
    whatever group, there are ten firms or none: who joined, left or has another share in that dimension. So no
    difference of two answers is one firm's.
    """
    told = [(group, _by_dimension(group)) for group in (*known.others, *known.earlier)]
    stands = {
        (group.kind, group.code, code): _by_dimension(group)[code]
        for group in known.earlier
        for code in group.quartiles
    }
    new: list[Group] = []
    for whole in _candidates(known.members):
        firms = _by_dimension(whole)
        codes = [code for code in whole.quartiles if len(firms[code]) >= LEAST and _parts_well(code, firms[code], told)]
        if all(stands.get((whole.kind, whole.code, code)) == firms[code] for code in codes):
            continue
        group = replace(whole, quartiles={code: whole.quartiles[code] for code in codes})
        told.append((group, firms))
        new.append(group)
    return Publication(id_, by, at, known.instrument, tuple(new))


def quarter(share: int, quartiles: tuple[int, int, int]) -> int:
    """In which quarter of its group a share lies, 1 being the lowest, as far as rounded quartiles say."""
    return 1 + sum(share >= each for each in quartiles)


def _parts_well(code: str, firms: Shares, told: Iterable[tuple[Group, Mapping[str, Shares]]]) -> bool:
    between = (_between(firms, theirs[code]) for group, theirs in told if code in group.quartiles)
    return all(each == 0 or each >= LEAST for each in between)


def _between(mine: Shares, theirs: Shares) -> int:
    """Firms that are in one of the two alone, or have another share in it."""
    return sum(mine.get(id_) != theirs.get(id_) for id_ in mine.keys() | theirs.keys())


def _by_dimension(group: Group) -> dict[str, dict[UUID, str]]:
    found: dict[str, dict[UUID, str]] = {}
    for id_, written in group.members.items():
        words = written.split()
        for code, share in zip(words[::2], words[1::2], strict=True):
            found.setdefault(code, {})[id_] = share
    return found


def _candidates(members: Iterable[Member]) -> list[Group]:
    known = sorted(members, key=lambda member: member.supplier_id)
    by: dict[tuple[Kind, str], list[Member]] = {}
    for member in known:
        for group in member.groups:
            by.setdefault(group, []).append(member)
    order = sorted(by, key=lambda group: (-len(by[group]), get_args(Kind).index(group[0]), group[1]))
    return [Group(kind, code, _written(by[kind, code]), _quartiles(by[kind, code])) for kind, code in order]


def _written(members: Iterable[Member]) -> dict[UUID, str]:
    return {each.supplier_id: " ".join(f"{code} {share}" for code, share in each.shares.items()) for each in members}


def _quartiles(members: Sequence[Member]) -> dict[str, tuple[int, int, int]]:
    """Of each dimension that all of them have, by the nearest rank, rounded half up to the step."""
    found = {}
    for code in members[0].shares:
        shares = sorted(each.shares[code] for each in members if code in each.shares)
        if len(shares) == len(members):
            first, second, third = (shares[ceil(len(shares) * part / 4) - 1] for part in (1, 2, 3))
            found[code] = (_rounded(first), _rounded(second), _rounded(third))
    return found


def _rounded(share: int) -> int:
    return (2 * share + STEP) // (2 * STEP) * STEP
