"""What is asked of the issuer: parameters of an address or of a form, and who asks."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Request

from deploy.target.keys import PORTAL_CLIENT

MAX_FORM_BYTES = 16_384
"""A refresh token, a code and its verifier have some hundred."""
MAX_PARAMETERS = 32
FORM = "application/x-www-form-urlencoded"

Parameters = dict[str, str]


def query(request: Request) -> Parameters | None:
    """The parameters of the address; None where one is there twice (RFC 6749, 3.1)."""
    return _parameters(request.scope["query_string"])


async def form(request: Request) -> Parameters | None:
    """Those of the body; None where it is no form, too long, or has one twice."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != FORM:
        return None
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_FORM_BYTES:
            return None
    return _parameters(body)


def is_portal(request: Request, given: Parameters, secret: str) -> bool:
    """Whether the portal asks: by HTTP's Basic, or by its secret in the form, not by both (RFC 6749, 2.3)."""
    scheme, _, basic = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        client, told = given.get("client_id", ""), given.get("client_secret", "")
    elif scheme.lower() == "basic" and "client_secret" not in given:
        client, told = _basic(basic)
    else:
        return False
    return hmac.compare_digest(told.encode(), secret.encode()) and client == PORTAL_CLIENT


def _basic(text: str) -> tuple[str, str]:
    try:
        client, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(client), unquote_plus(secret)


def _parameters(text: bytes) -> Parameters | None:
    """One without a value counts as left out."""
    try:
        pairs = parse_qsl(text.decode(errors="replace"), max_num_fields=MAX_PARAMETERS)
    except ValueError:
        return None
    found = dict(pairs)
    return found if len(found) == len(pairs) else None
