"""A profile as it was, and a supplier as it was on a day."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.registration.domain.profile import Profile
from services.registration.domain.reasons import WithdrawalReason
from services.registration.domain.rfc import Kind, kind_of
from services.registration.domain.size import classify
from services.registration.domain.supplier import Status, Supplier, Teller, status_at
from services.registration.store.past import Past
from services.registration.views import SizeSaidView, SizeView, SupplierBody
from shared.days import end_of

_PROFILE = TypeAdapter(Profile)


class PastView(SupplierBody):
    """A profile of a supplier, without its contact, and from when until when it was so."""

    since: datetime
    until: datetime | None
    """None: it is so."""
    by: Teller | None
    """Who gave it; None: whoever registered the firm."""

    @classmethod
    def of_past(cls, past: Past) -> "PastView":
        return cls.model_validate(_said(past))


class SupplierThenView(PastView):
    """A supplier as it was at the end of a day in Mexico City: no contact, and what was not kept is not there."""

    id: UUID
    folio: str
    as_of: date
    status: Status
    kind: Kind | None
    size: SizeView
    sizes: tuple[SizeSaidView, ...]
    """What had been said of workers and sales by then, oldest first."""
    received_at: datetime
    registered_at: datetime | None
    withdrawal: WithdrawalReason | None
    withdrawn_at: datetime | None

    @classmethod
    def then(cls, supplier: Supplier, past: Past | None, day: date) -> "SupplierThenView":
        """`past`: its profile on that day; None where it is the present one."""
        said = _said(past) if past is not None else _present(supplier)
        profile = _PROFILE.validate_python({name: said[name] for name in _KEPT})
        status = status_at(supplier, end_of(day))
        left = status == "withdrawn"
        return cls.model_validate(
            {
                **said,
                **{name: getattr(supplier, name) for name in ("id", "folio", "received_at")},
                "as_of": day,
                "status": status,
                "kind": kind_of(profile.rfc),
                "size": classify(profile.sector, profile.workers, profile.annual_sales_mxn),
                "sizes": [each for each in supplier.sizes if each.said_on is None or each.said_on <= day],
                "registered_at": None if status == "held" else supplier.registered_at,
                "withdrawal": supplier.withdrawal if left else None,
                "withdrawn_at": supplier.withdrawn_at if left else None,
            },
            from_attributes=True,
        )


_KEPT = tuple(name for name in SupplierBody.model_fields if name != "contact")


def _said(past: Past) -> Mapping[str, Any]:
    return {**past.profile, "since": past.since, "until": past.until, "by": past.by}


def _present(supplier: Supplier) -> Mapping[str, Any]:
    since = supplier.profiled_at or supplier.received_at
    said = {name: getattr(supplier, name) for name in _KEPT}
    return said | {"since": since, "until": None, "by": supplier.profiled_by}
