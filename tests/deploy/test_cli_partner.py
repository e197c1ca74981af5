"""What `pdp partner` says of who gets in."""

from types import SimpleNamespace
from typing import Any

import pytest

from deploy.cli.commands import partner, partner_access
from deploy.cli.texts import say
from deploy.provision.partners import Partner
from tests.deploy.program import pdp

UNTIL = "2026-12-07T12:00:00+00:00"
KNOWN = {"nafin": Partner("nafin", "s", old_until=UNTIL), "bancomext": Partner("bancomext", "s")}


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An installation whose Kafka knows two partners, the second of them suspended."""
    monkeypatch.setenv("PDP_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    found = SimpleNamespace(
        target=SimpleNamespace(kind="local"),
        partners=SimpleNamespace(put=lambda _: None),
        played=KNOWN.get,
        admin=lambda: None,
        connection=dict,
        services=(),
    )
    for module in (partner, partner_access):
        monkeypatch.setattr(module, "installation", lambda: found)
    monkeypatch.setattr(partner, "codes_in_use", lambda _: [*KNOWN])
    monkeypatch.setattr(partner, "quotas", lambda _: {})
    monkeypatch.setattr(partner, "denied", lambda _: {"User:partner.bancomext", "User:partner.bancomext.b"})
    monkeypatch.setattr(partner, "is_suspended", lambda code, _: code == "bancomext")
    return found


def test_a_moment_under_access_says_of_what_it_is() -> None:
    shown = " ".join(pdp("partner", "list").out.split())
    assert say("partner.old_until", until=UNTIL) in shown
    assert say("partner.suspended") in shown


def test_the_last_word_before_a_new_secret_is_that_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    access = SimpleNamespace(
        newest=lambda *_: "partner.nafin", let_in=lambda *_: None, denied=lambda _: set(), is_suspended=lambda *_: True
    )
    monkeypatch.setattr(partner_access, "partner_access", access)
    monkeypatch.setattr(partner_access, "partner_codes", lambda _: [*KNOWN])
    monkeypatch.setattr(partner_access, "known_users", lambda _: {"partner.nafin"})
    monkeypatch.setattr(partner_access, "provisioning", SimpleNamespace(end_rotations=lambda *_: None))
    monkeypatch.setattr(partner_access, "new_secret", lambda: "the-secret")
    told = pdp("partner", "rotate", "nafin")
    before, secret = told.out.strip().rsplit("\n", 1)
    assert (told.code, secret) == (0, "the-secret"), told.err
    assert before.endswith(":")
    assert say("partner.is_suspended", code="nafin") in " ".join(before.split())
