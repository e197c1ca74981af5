"""Every page is found: from the menu of whoever may see it, or from a page that the menu leads to."""

import re

import pytest

from services.portal.api.admission import NAVIGATION
from shared.service.callers import Role
from tests.portal.conftest import Visitors
from tests.portal.walks import SHOWN, _with, walk, walked

__all__ = ["walk", "walked"]
LINK = re.compile(r'href="(/[a-z/-]*)[?#"]')
OF_ALL = {"/", "/news", "/sign-in", "/messages"}
"""In the head or foot of every page, or where somebody lands."""
WHERE_THERE_IS = {"/my-firm/comparison"}
"""Linked where a firm has two versions."""


@pytest.mark.parametrize("role", [role for role in Role if any(role == each for each, _, _ in NAVIGATION)])
async def test_each_page_without_an_id_is_found_from_the_menu(walked: Visitors, role: Role) -> None:
    """Seen: the page of ARCO requests, whose days are the law's, was in no menu."""
    browser = await _with(walked, role)
    mine = {path for path, roles in SHOWN if roles is not None and role in roles and "{" not in path}
    found = {address for each, address, _ in NAVIGATION if each is role}
    seen = set[str]()
    while following := (found & mine) - seen:
        address = min(following)
        seen.add(address)
        found |= {*LINK.findall((await browser.get(address)).text)}
    assert mine - found - OF_ALL - WHERE_THERE_IS == set()
