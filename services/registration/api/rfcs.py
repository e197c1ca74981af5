"""What an RFC is, before anybody registers with it."""

from fastapi import APIRouter, Depends

from services.registration.domain.rfc import judge
from services.registration.views.rfcs import RfcBody, RfcView
from shared.service.callers import OPEN_TO_ALL
from shared.service.http import Strict, routes
from shared.service.http.rate_limit import RateLimit

LOOKS_PER_MINUTE, LOOKS_AT_ONCE = 120, 60
"""Of one address: a page asks while somebody types, and an office shares one address. It costs no look at any firm."""


def router() -> APIRouter:
    """The route that judges one."""
    api = routes("suppliers")
    limit = RateLimit(LOOKS_PER_MINUTE, LOOKS_AT_ONCE, "rfc_looks")

    @api.post("/rfc-verdicts", openapi_extra=OPEN_TO_ALL, dependencies=[Depends(limit)])
    async def judge_rfc(body: Strict[RfcBody]) -> RfcView:
        """Say whether an RFC can be a firm's identity, by its form and its check digit alone.

        Nothing is looked up: the answer does not depend on who takes part. The RFC comes in the body: of a natural
        person it is personal data, and addresses end in logs.
        """
        return RfcView.of_verdict(judge(body.rfc))

    return api
