"""A path through the rules of the plans' model that meets what random walks seldom do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.service.callers import Role

if TYPE_CHECKING:
    from tests.development.test_api_model import Firm


def every_way(firm: Firm) -> Iterator[object]:
    """A plan that is done and taken up anew, revised, left and come back to, and another one after it."""
    one, other = "operator-1", "operator-2"
    yield firm.begin("completed")
    yield firm.drop_out(Role.SUPPLIER, one)
    yield firm.select()
    yield firm.learn("T04")
    yield firm.learn("T04")
    yield firm.revise(Role.SUPPLIER)
    yield firm.learn("A01")
    yield firm.revise(Role.MENTOR)
    yield firm.revise(Role.SUPPLIER)
    yield firm.remove(0, Role.SUPPLIER)
    yield firm.complete(0)
    yield firm.propose_drop_out(back=False)
    yield firm.drop_out(Role.OPERATOR, one)
    yield firm.complete(0)
    yield firm.score("T04", visit=True)
    yield firm.score("A01", visit=True)
    yield firm.select()
    yield firm.propose_drop_out(back=False)
    yield firm.drop_out(Role.OPERATOR, other)
    yield firm.come_back()
