"""Who may call what, and how much of a list at once."""

from typing import Annotated

from fastapi import Query

from shared.service.callers import Caller, Role, allow

Firm = Annotated[Caller, allow(Role.SUPPLIER)]
Own = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]
BY_OPERATOR = [allow(Role.OPERATOR)]
BY_PARTIES = [allow(Role.SUPPLIER, Role.OPERATOR)]

LARGEST_PAGE = 200
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
