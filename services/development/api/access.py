"""Who may call what, and how much of a list at once."""

from typing import Annotated

from fastapi import Query

from shared.service.callers import Caller, Role, allow

Operator = Annotated[Caller, allow(Role.OPERATOR)]
Agreeing = Annotated[Caller, allow(Role.SUPPLIER, Role.MENTOR, Role.OPERATOR)]
SeesPlan = Annotated[Caller, allow(Role.SUPPLIER, Role.MENTOR, Role.ASSESSOR, Role.EXPERT, Role.OPERATOR)]
BY_OPERATOR = [allow(Role.OPERATOR)]
BY_MENTOR = [allow(Role.MENTOR)]
BY_STAFF = [allow(Role.MENTOR, Role.ASSESSOR, Role.EXPERT, Role.OPERATOR)]
LARGEST_PAGE = 200
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
