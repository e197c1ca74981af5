"""The page of the program's effect."""

from tests.portal.conftest import Visitors
from tests.portal.walks import filled

__all__ = ["filled"]

FEW = dict.fromkeys(("before", "after", "firms", "later", "firms_later"))


async def test_what_is_not_told_of_few_firms_is_a_dash(filled: Visitors) -> None:
    shown = filled.others.answers["development.test", "/effect"].json()
    hidden = [each | FEW for each in shown["dimensions"]]
    filled.others.answer("development", "/effect", shown | {"dimensions": hidden})
    answer = await (await filled.signed_in("operator")).get("/effect")
    assert (answer.status_code, "–" in answer.text) == (200, True)
