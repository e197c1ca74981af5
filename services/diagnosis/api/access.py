"""Who may call what."""

from typing import Annotated

from shared.service.callers import Caller, Role, allow

Supplier = Annotated[Caller, allow(Role.SUPPLIER)]
Assessor = Annotated[Caller, allow(Role.ASSESSOR)]
Expert = Annotated[Caller, allow(Role.EXPERT)]
Operator = Annotated[Caller, allow(Role.OPERATOR)]
Assigned = Annotated[Caller, allow(Role.ASSESSOR, Role.EXPERT)]
SeesAll = Annotated[Caller, allow(Role.ASSESSOR, Role.EXPERT, Role.OPERATOR)]
SeesOne = Annotated[Caller, allow(Role.SUPPLIER, Role.MENTOR, Role.ASSESSOR, Role.EXPERT, Role.OPERATOR)]
