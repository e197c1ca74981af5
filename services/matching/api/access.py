"""Who may act on what here, beyond the roles that each route names."""

from typing import Annotated
from uuid import UUID

from shared.service.callers import SEES_ALL, Caller, Role, allow
from shared.service.http import Problem

BY_ANYBODY = allow(*Role)
BY_STAFF = allow(*SEES_ALL)

Buyer = Annotated[Caller, allow(Role.ANCHOR, Role.OPERATOR)]
"""Who publishes and answers."""

Reader = Annotated[Caller, allow(Role.ANCHOR, *SEES_ALL)]
"""Who looks at requirements and their matches; an anchor at its own only."""


def acts_for(caller: Caller, anchor_id: UUID | None) -> UUID:
    """The anchor for which a buyer or an operator acts; a buyer's own when none is named.

    Stricter than `require_anchor`: to see all is not to act for all, so of the staff only an operator may.
    """
    if Role.OPERATOR in caller.roles:
        if anchor_id is None:
            raise Problem(422, "anchor_missing")
        return anchor_id
    own = caller.anchor_id
    if own is None or anchor_id not in (None, own):
        raise Problem(403, "not_yours", message="not_yours.anchor")
    return own
