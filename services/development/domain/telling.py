"""Which groups of a report may be told: none of few firms, and no two between which few firms stand.

Source: threshold rule and protection against differencing, as in A. Hundepool and others, Statistical Disclosure
Control, Wiley 2012, chapters 4 and 5.
"""

from collections.abc import Iterable, Mapping
from itertools import compress
from typing import Final
from uuid import UUID

Group = tuple[str, str]
"""By what firms are split, and which part of it."""
Place = tuple[UUID, UUID]
"""A firm in a cohort: a firm may have had several."""
Places = frozenset[Place]
WHOLE: Final[Group] = ("all", "all")


def told(groups: Mapping[Group, Places], least: int) -> frozenset[Group]:
    """The groups that are told, the whole among them; the largest go first, and a group waits behind those.

    Two that are told share all firms or differ by `least` at least, and so do they where one is taken from the whole.
    What a split leaves of the whole is held to be told too.
    """
    whole = groups.get(WHOLE, frozenset())
    kept: dict[Group, Places] = {}
    for group in sorted(groups, key=lambda each: (each != WHOLE, -len(groups[each]), each)):
        others = [places for other, places in kept.items() if other[0] != group[0]]
        if _parts_well(groups[group], others, whole, least):
            kept[group] = groups[group]
    while (split := _gives_away(kept, whole, least)) is not None:
        del kept[min((each for each in kept if each[0] == split), key=lambda each: (len(kept[each]), each))]
    return frozenset(kept)


def firms_of(places: Iterable[Place]) -> int:
    return len({firm for firm, _ in places})


def _gives_away(kept: Mapping[Group, Places], whole: Places, least: int) -> str | None:
    """A split of which the whole less what is told gives few firms away."""
    splits = sorted({split for split, _ in kept} - {WHOLE[0]})
    rest = {split: whole.difference(*(kept[each] for each in kept if each[0] == split)) for split in splits}
    for split in splits:
        others = [places for group, places in kept.items() if group[0] != split]
        others += [rest[other] for other in splits if other != split and rest[other]]
        if rest[split] and not _parts_well(rest[split], others, whole, least):
            return split
    return None


def _parts_well(places: Places, others: Iterable[Places], whole: Places, least: int) -> bool:
    if firms_of(places) < least:
        return False
    for other in others:
        between = ((each in places) != (each in other) for each in whole)
        same = ((each in places) == (each in other) for each in whole)
        if _few(compress(whole, between), least) or _few(compress(whole, same), least):
            return False
    return True


def _few(places: Iterable[Place], least: int) -> bool:
    """Some firms, but not so many; looks no further than that."""
    firms = set()
    for firm, _ in places:
        firms.add(firm)
        if len(firms) >= least:
            return False
    return bool(firms)
