"""Who may call what."""

from typing import Annotated

from shared.service.callers import Caller, Role, allow

Operator = Annotated[Caller, allow(Role.OPERATOR)]
Mentor = Annotated[Caller, allow(Role.MENTOR)]
Staff = Annotated[Caller, allow(Role.MENTOR, Role.ASSESSOR, Role.EXPERT, Role.OPERATOR)]
Firm = Annotated[Caller, allow(Role.SUPPLIER)]
Giving = Annotated[Caller, allow(Role.SUPPLIER, Role.MENTOR)]
Leaving = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]
SeesPlan = Annotated[Caller, allow(Role.SUPPLIER, Role.MENTOR, Role.ASSESSOR, Role.EXPERT, Role.OPERATOR)]
