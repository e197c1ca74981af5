"""A profile as it was."""

from datetime import datetime

from services.registration.domain.supplier import Supplier, Teller
from services.registration.store.past import Past
from services.registration.views import SupplierBody


class PastView(SupplierBody):
    """A profile of a supplier, without its contact, and from when until when it was so."""

    since: datetime
    until: datetime | None
    """None: it is so."""
    by: Teller | None
    """Who gave it; None: whoever registered the firm."""

    @classmethod
    def of_past(cls, past: Past) -> "PastView":
        return cls.model_validate({**past.profile, "since": past.since, "until": past.until, "by": past.by})

    @classmethod
    def of_present(cls, supplier: Supplier) -> "PastView":
        profile = {name: getattr(supplier, name) for name in SupplierBody.model_fields if name != "contact"}
        since = supplier.profiled_at or supplier.received_at
        return cls.model_validate(profile | {"since": since, "until": None, "by": supplier.profiled_by})
