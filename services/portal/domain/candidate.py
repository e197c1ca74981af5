"""What a buyer sees of the firms that meet a requirement."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from services.portal.domain.firm import Criterion, Firm, Match


class Introduced(NamedTuple):
    """A firm that was introduced to an anchor, and how it meets what the anchor asks: no more of it is the anchor's."""

    supplier_id: UUID
    name: str
    """Of a natural person the folio."""
    folio: str
    state: str
    contact_role: str | None
    match: Match


class Compared(NamedTuple):
    """One criterion, and how each of the compared firms comes out: None where it was not looked at."""

    criterion: str
    need: str
    results: tuple[Criterion | None, ...]


def introduced(firm: Firm, requirement_id: UUID, match_id: UUID) -> Introduced | None:
    """What the requirement's anchor sees of a firm; None where it may not know it."""
    asked = (each for each in firm.introduced if (each.match_id, each.requirement_id) == (match_id, requirement_id))
    match = next(asked, None)
    if match is None or firm.profile is None:
        return None
    name = firm.profile.legal_name or firm.profile.folio
    role = firm.profile.introducible.contact_role if firm.profile.introducible else None
    return Introduced(firm.id, name, firm.profile.folio, firm.profile.state, role, match)


def compared(matches: Sequence[Match]) -> list[Compared]:
    """Every criterion of these matches of one requirement, in the order of the first of them."""
    results = [{each.criterion: each for each in match.criteria} for match in matches]
    names = dict.fromkeys(name for each in results for name in each)
    rows = [(name, tuple(each.get(name) for each in results)) for name in names]
    return [Compared(name, next(each.need for each in found if each), found) for name, found in rows]
