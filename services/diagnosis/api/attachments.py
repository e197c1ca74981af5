"""Files that back answers: who may give and open them. The firm's own people, and who is assigned to it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from fastapi import APIRouter

from services.diagnosis.api.known import known
from services.diagnosis.domain.answers import Proof
from services.diagnosis.domain.calibrating import hidden_givers, hidden_since
from services.diagnosis.domain.diagnosis import Diagnosis, not_open
from services.diagnosis.views.answers import ProofBody
from shared.attachments.keeping import Attachments
from shared.attachments.records import Hidden
from shared.runtime.database import Database
from shared.service import attaching
from shared.service.attaching import Rights
from shared.service.callers import Caller, Role, allow
from shared.service.http import Problem


def router(attachments: Attachments, database: Database) -> APIRouter:
    async def may_give(caller: Caller, supplier_id: UUID) -> Hidden | None:
        """The firm while its diagnosis is open, and its assessor."""
        diagnosis = await known(database, supplier_id)
        if not _is_own(caller, supplier_id):
            _require_assigned(caller, supplier_id, *_assessors(diagnosis))
        if (refusal := not_open(diagnosis)) is not None:
            raise Problem(409, refusal.reason)
        return _hidden(diagnosis, caller)

    async def may_read(caller: Caller, supplier_id: UUID) -> Hidden | None:
        """Of two assessors nobody opens one's files before the other's sheet is in."""
        diagnosis = await known(database, supplier_id)
        if not _is_own(caller, supplier_id) and Role.OPERATOR not in caller.roles:
            _require_assigned(caller, supplier_id, *_assessors(diagnosis), diagnosis.validator)
        return _hidden(diagnosis, caller)

    rights = Rights(
        give=allow(Role.SUPPLIER, Role.ASSESSOR),
        read=allow(Role.SUPPLIER, Role.ASSESSOR, Role.EXPERT, Role.OPERATOR),
        erase=allow(Role.OPERATOR),
        may_give=may_give,
        may_read=may_read,
    )
    return attaching.router("/diagnoses", attachments, database, rights)


async def proofs_of(
    database: Database, supplier_id: UUID, given: Sequence[ProofBody], caller: Caller
) -> Mapping[UUID, Proof]:
    """By id, the firm's attachments that back answers. Raises Problem where one is not there, or not for the caller."""
    named = [one.attachment for one in given if one.attachment is not None]
    hidden = _hidden(await known(database, supplier_id), caller) if named else None
    found = await attaching.named(database, supplier_id, named, hidden)
    return {id_: Proof(one.name, one.sha256, id_) for id_, one in found.items()}


def _hidden(diagnosis: Diagnosis, caller: Caller) -> Hidden | None:
    """Of two assessors what the other one gave, until both sheets are in."""
    since = hidden_since(diagnosis)
    return None if since is None else Hidden(hidden_givers(diagnosis, caller.subject), since)


def _assessors(diagnosis: Diagnosis) -> tuple[str | None, ...]:
    """The first, and where it is assessed twice the second and the lead."""
    calibration = diagnosis.calibration
    return (diagnosis.assessor,) if calibration is None else (diagnosis.assessor, calibration.second, calibration.lead)


def _is_own(caller: Caller, supplier_id: UUID) -> bool:
    return Role.SUPPLIER in caller.roles and caller.supplier_id == supplier_id


def _require_assigned(caller: Caller, supplier_id: UUID, *assigned: str | None) -> None:
    if not caller.roles & {Role.ASSESSOR, Role.EXPERT}:
        raise Problem(403, "not_yours", message="not_yours.supplier")
    caller.require_outsider(supplier_id)
    if caller.subject not in assigned:
        raise Problem(403, "not_assigned")
