"""What `pdp partner` says of who gets in."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from joserfc.jwk import ECKey

from deploy.cli.commands import partner, partner_access, partner_keys
from deploy.cli.console import Refusal
from deploy.cli.lines import referral_line
from deploy.cli.texts import say
from deploy.provision.partner_client import PartnerClient
from deploy.provision.partners import Partner
from deploy.provision.reader import Entry
from shared.security import jwe
from tests.deploy.program import pdp
from tests.security.wrong_keys import WRONG

KEY = ECKey.generate_key("P-256")
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


@pytest.fixture
def sent(client: Any, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What financing is sent of a partner."""
    client.services = ("financing",)
    shown = {
        "code": "nafin",
        "name": "Nacional Financiera",
        "sla_days": 20,
        "edition": 2,
        "past": [],
        "encrypt_to": None,
    }
    told: list[dict[str, Any]] = []

    def request(*_: object, json: dict[str, Any], **__: object) -> dict[str, Any]:
        told.append(json)
        return json

    monkeypatch.setattr(partner_keys, "installation", lambda: client)
    monkeypatch.setattr(partner_keys, "versioned", lambda *_: (shown, "v1"))
    monkeypatch.setattr(partner_keys, "request", request)
    return told


def test_a_key_is_the_next_edition_with_the_rest_of_it_as_it_is(sent: list[dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "public.pem").write_bytes(KEY.as_pem(private=False))
    told = pdp("partner", "encrypt", "nafin", str(tmp_path / "public.pem"))
    assert (told.code, KEY.thumbprint() in told.out) == (0, True), told.err
    assert pdp("partner", "encrypt", "nafin", "--off").code == 0
    first, last = sent
    assert first == {"name": "Nacional Financiera", "sla_days": 20, "encrypt_to": first["encrypt_to"]}
    assert (first["encrypt_to"]["kid"], last) == (KEY.thumbprint(), first | {"encrypt_to": None})


@pytest.mark.parametrize("refuses", [True, False])
def test_who_is_added_again_keeps_its_key_and_nothing_is_provisioned_before_it_is_allowed(
    client: Any, monkeypatch: pytest.MonkeyPatch, *, refuses: bool
) -> None:
    held = {"kid": "2026"}
    client.services = ("financing",)
    client.partners.of = lambda _: None
    done: list[str] = []

    def request(*_: object, json: dict[str, Any], **__: object) -> dict[str, Any]:
        done.append("told")
        assert json["encrypt_to"] == held
        if refuses:
            raise Refusal("refused", 1)
        return json

    monkeypatch.setattr(partner, "items", lambda *_: iter([{"code": "cluster", "encrypt_to": held}]))
    monkeypatch.setattr(partner, "request", request)
    made = SimpleNamespace(provision_partner=lambda *_: done.append("provisioned"))
    monkeypatch.setattr(partner, "provisioning", made)
    added = pdp("partner", "add", "cluster", "--name", "Cluster")
    assert (added.code, done) == ((1, ["told"]) if refuses else (0, ["told", "provisioned"])), added.err
    assert refuses or "2026" in added.out


@pytest.mark.parametrize("given", [(), ("FILE", "--off")], ids=["nothing", "both"])
def test_a_key_is_given_or_taken_away(sent: list[dict[str, Any]], given: tuple[str, ...]) -> None:
    refused = pdp("partner", "encrypt", "nafin", *given)
    assert (refused.code, say("error.key_or_off") in " ".join(refused.err.split())) == (2, True), refused.err
    assert sent == []


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_does_not_do_goes_nowhere_and_it_is_said_why(
    sent: list[dict[str, Any]], tmp_path: Path, name: str
) -> None:
    file, (content, why) = tmp_path / "key.pem", WRONG[name]
    file.write_bytes(content)
    for call in (("encrypt", "nafin", str(file)), ("add", "example", "--encrypt-to", str(file))):
        refused = pdp("partner", *call)
        assert (refused.code, say(f"field.key_{why}") in " ".join(refused.err.split())) == (2, True), refused.err
    assert pdp("partner", "encrypt", "nafin", str(tmp_path / "none.pem")).code == 2
    assert sent == []


def test_what_is_encrypted_is_a_line_that_names_the_key_and_in_clear_with_the_private_one() -> None:
    data = {"referral_id": "6b2b3c61-6a0e-5a3c-9d53-0a9c6f1f7a22", "product": "own-credit"}
    message = jwe.encrypted(json.dumps(data).encode(), jwe.read_public(KEY.as_pem(private=False)))
    event = {"type": "partner.referral", "datacontenttype": "application/jose", "data": message}
    entry = Entry("partner.nafin.referrals.v1", 0, 0, 1_795_502_126_459, b"key", json.dumps(event).encode())
    assert referral_line(PartnerClient("nafin", {}).opened(entry)).endswith(f"encrypted {KEY.thumbprint()}")
    opened = PartnerClient("nafin", {}, [KEY]).opened(entry)
    assert data["referral_id"] in referral_line(opened)
    assert PartnerClient("nafin", {}, [KEY]).opened(opened) == opened, "what is in clear stays as it is"
