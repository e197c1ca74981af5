"""Who may call what."""

from fastapi import APIRouter
from fastapi.routing import APIRoute

from shared.service.callers import Role, roles_of


def roles_by_route(router: APIRouter) -> dict[str, frozenset[Role] | None]:
    """The roles that each route names, by `METHOD /path`; the empty set if it is open on purpose, None if it says
    nothing.
    """
    return {
        f"{method} {route.path}": roles_of(route)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
