"""What a match was judged of, at any time since it was kept."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from services.matching.domain.match import match_id
from services.matching.domain.offering import Profile
from services.matching.domain.reasons import Waivable
from services.matching.domain.waiver import as_of, waived
from services.matching.store.demand import requirements_by_id
from services.matching.store.queries import VERSIONS
from shared.contracts import matching as contract
from shared.messaging import journal
from shared.runtime.database import Connection, Database

_PROFILE: TypeAdapter[Profile] = TypeAdapter(Profile)


class Judged(NamedTuple):
    """A match as it was told, with the offering and what was asked as they were then."""

    told: contract.MatchFound
    told_at: datetime
    profile: Profile
    specification: contract.Specification
    waived: tuple[Waivable, ...]


async def judged(database: Database, supplier_id: UUID, requirement_id: UUID, at: datetime) -> Judged | None:
    """The match as it was told last by then; None where it was not, or before what is judged was kept."""
    async with database.connection() as connection:
        id_ = str(match_id(supplier_id, requirement_id))
        found = await journal.last_told(connection, supplier_id, contract.MatchFound, "match_id", id_, at)
        if found is None or not isinstance(found.data, contract.MatchFound) or found.data.basis is None:
            return None
        basis = found.data.basis
        text = await connection.fetchval(_JUDGED, supplier_id, basis.offering)
        asked = await _asked(connection, requirement_id, basis.requirement_version)
        known = (await requirements_by_id(connection, [requirement_id])).get(requirement_id)
    if text is None or asked is None or known is None:
        return None
    open_ = waived(as_of(known.waivers, found.recorded_at), supplier_id, basis.on)
    return Judged(found.data, found.recorded_at, _PROFILE.validate_json(text), asked, open_)


async def _asked(connection: Connection, requirement_id: UUID, version: int) -> contract.Specification | None:
    """What this version of a requirement asked."""
    for told in await journal.told(connection, requirement_id, VERSIONS, version - 1, 1):
        specification: contract.Specification | None = getattr(told.data, "specification", None)
        return specification
    return None


_JUDGED = "SELECT profile FROM judged_profile WHERE offering_id = $1 AND digest = $2"
