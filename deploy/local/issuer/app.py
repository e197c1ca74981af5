"""The routes of the issuer of one machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response

from deploy.local.issuer.provider import Provider

Answer = Callable[..., Awaitable[Response]]


def application(provider: Provider) -> FastAPI:
    """What serves it. A route takes a person's browser by GET, and the portal by POST."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    asked: dict[str, Answer] = {
        "/.well-known/openid-configuration": provider.discovery,
        "/jwks": provider.jwks,
        "/ready": provider.ready,
        "/authorize": provider.authorize,
    }
    for path, answer in asked.items():
        app.add_api_route(path, answer, methods=["GET"])
    for path, answer in {"/token": provider.token, "/revoke": provider.revoke}.items():
        app.add_api_route(path, answer, methods=["POST"])
    return app
