"""Who may call what."""

from typing import Annotated

from shared.service.callers import Caller, Role, allow

Firm = Annotated[Caller, allow(Role.SUPPLIER)]
Own = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]
Operator = Annotated[Caller, allow(Role.OPERATOR)]
