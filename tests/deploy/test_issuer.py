"""The issuer as a process of this machine, and the way into the portal that `pdp` prints."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import jwt
import pytest

from deploy.cli.api import Away, NotThere
from deploy.cli.commands import token
from deploy.cli.next_steps import ways_in
from deploy.cli.texts import say
from deploy.demo.people import ASSESSOR, EXPERT, MENTOR, OPERATOR, cast
from deploy.engines.command import log_tail, spawn, stop
from deploy.engines.kafka import Kafka
from deploy.engines.ports import LOOPBACK, free_port
from deploy.local import services
from deploy.local.client import LocalClient
from deploy.local.issuer import process, tickets
from deploy.local.issuer.memory import Memory
from deploy.local.layout import Layout
from deploy.local.state import claim
from deploy.target.person import Person
from services.registration.domain.anchor import anchor_id
from shared.runtime.ids import new_id
from shared.service.callers import Role
from tests.deploy.program import pdp
from tests.security.sign_in import Browser, Client, code_of

PATIENCE = 40.0
STAGES = ("registration", "financing")


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    monkeypatch.setenv("PDP_DATA", str(tmp_path))
    monkeypatch.setenv("PDP_LANG", "en")
    layout = Layout(tmp_path)
    layout.issuer().ensure_key()
    return layout


class Server:
    """Where the process is."""

    def __init__(self, layout: Layout, ports: dict[str, int]) -> None:
        self.base, self.portal_secret = f"http://{LOOPBACK}:{ports[process.NAME]}", layout.portal_secret

    def discovery(self) -> httpx.Response:
        return httpx.get(f"{self.base}/.well-known/openid-configuration", trust_env=False)

    def trust(self) -> bool:
        return False


def ticket_of(link: str) -> dict[str, Any]:
    """What a way into the portal says."""
    assert urlsplit(link).path == "/sign-in"
    [ticket] = parse_qs(urlsplit(link).query)["ticket"]
    return jwt.decode(ticket, options={"verify_signature": False})


@contextmanager
def serving(layout: Layout, ports: dict[str, int]) -> Iterator[Server]:
    server = Server(layout, ports)
    running = spawn(process.command(layout, ports))
    try:
        becomes_ready(server, layout)
        yield server
    finally:
        stop(running, process.command(layout, ports).stop_signal, grace=10)


def becomes_ready(server: Server, layout: Layout) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            assert httpx.get(f"{server.base}/ready", trust_env=False).json() == {}
        except httpx.TransportError:
            assert time.monotonic() < deadline, log_tail(layout.log(process.NAME))
            time.sleep(0.05)
        else:
            return


def test_the_process_signs_in_and_leaves_what_the_next_one_has_to_know(layout: Layout) -> None:
    ports = {"portal": free_port(), process.NAME: free_port()}
    portal = process.portal_environment(layout, ports)
    client = Client(redirect=f"{portal['PDP_PORTAL_URL']}/sign-in/callback", secret=portal["PDP_PORTAL_CLIENT_SECRET"])
    ticket = tickets.issued(layout.issuer(), Person.of("operator"))
    with serving(layout, ports) as server, Browser(server, client) as browser:
        assert server.base == portal["PDP_PORTAL_ISSUER_URL"]
        got = browser.redeem(code_of(browser.ask(login_hint=ticket))).raise_for_status().json()
        assert browser.ask(login_hint=ticket).status_code == 403
    next_one, claims = Memory(layout.signed_in), ticket_of(f"{portal['PDP_PORTAL_URL']}/sign-in?ticket={ticket}")
    assert not next_one.use(claims["jti"], claims["exp"])
    assert next_one.renew(got["refresh_token"]) is not None
    log = layout.log(process.NAME).read_text()
    assert '"event":"signed_in"' in log
    assert '"event":"ticket_refused"' in log
    assert not [secret for secret in (ticket, got["refresh_token"], layout.portal_secret) if secret in log]


def test_where_there_is_no_portal_there_is_no_issuer() -> None:
    assert services.processes(STAGES) == STAGES
    assert services.processes((*STAGES, "portal")) == (process.NAME, *STAGES, "portal")


def test_the_portal_is_told_what_it_needs_and_no_other_service_is(layout: Layout) -> None:
    ports = services.choose_ports(services.processes((*STAGES, "portal")), usual=False)
    told = {
        name: services.command(name, layout=layout, kafka=Kafka(layout.kafka), password="", store="", ports=ports).env
        for name in (*STAGES, "portal")
    }
    of_portal = {name: value for name, value in told["portal"].items() if name.startswith("PDP_PORTAL_")}
    assert json.loads(of_portal.pop("PDP_PORTAL_STAGES")) == {
        name: f"http://{LOOPBACK}:{ports[name]}" for name in STAGES
    }
    assert of_portal == {
        "PDP_PORTAL_URL": f"http://{LOOPBACK}:{ports['portal']}",
        "PDP_PORTAL_ISSUER_URL": f"http://{LOOPBACK}:{ports[process.NAME]}",
        "PDP_PORTAL_CLIENT_ID": "portal",
        "PDP_PORTAL_CLIENT_SECRET": layout.portal_secret,
    }
    assert not [name for stage in STAGES for name in told[stage] if name.startswith("PDP_PORTAL_")]
    assert process.command(layout, ports).env["PDP_ISSUER_CLIENT_SECRET"] == layout.portal_secret
    assert told["portal"]["PDP_HTTP_PORT"] == str(ports["portal"])


def test_a_rotation_makes_a_new_secret_and_signs_everybody_out(layout: Layout) -> None:
    layout.kafka.mkdir()
    secret, key = layout.portal_secret, layout.issuer().jwks_path.read_text()
    assert {file.stat().st_mode & 0o077 for file in layout.issuer_folder.glob("clients.json")} == {0}
    layout.signed_in.touch()
    assert pdp("rotate", "issuer").code == 0
    layout.issuer().ensure_key()
    assert layout.issuer().jwks_path.read_text() != key
    assert layout.portal_secret != secret
    assert not layout.signed_in.exists()


@pytest.fixture
def portal(layout: Layout) -> Iterator[str]:
    """A platform with a portal, as others find it: it runs as this process."""
    port = free_port()
    with claim(layout.data) as held:
        held.record_ports({process.NAME: 1, "portal": port})
        yield f"http://{LOOPBACK}:{port}"


@pytest.mark.parametrize("role", Role)
def test_a_way_into_the_portal_is_printed_alone(portal: str, role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token, "codes_in_use", lambda _: ["nafin"])
    firm = new_id()
    bonds = ("--supplier", str(firm), "--anchor", "TR01", "--partner", "nafin")
    outcome = pdp("sign-in", "--role", role, *bonds, "--subject", "ana")
    assert (outcome.code, outcome.err, outcome.out.count("\n")) == (0, "", 1)
    assert outcome.out.startswith(f"{portal}/")
    claims = ticket_of(outcome.out.strip())
    assert (claims["sub"], claims["roles"], claims["aud"]) == ("ana", [role], tickets.AUDIENCE)
    assert (claims["supplier_id"], claims["anchor_id"]) == (str(firm), str(anchor_id("TR01")))
    assert claims["partner_code"] == "nafin"
    assert (
        jwt.decode(pdp("token", "--role", "operator").out.strip(), options={"verify_signature": False})["aud"] == "pdp"
    )


def test_a_way_in_wants_to_know_for_whom(portal: str) -> None:
    for role, value in (("supplier", "ID"), ("anchor", "ID"), ("partner", "CODE")):
        refused = pdp("sign-in", "--role", role)
        assert (refused.code, refused.err.strip()) == (2, say("error.role_needs", role=role, value=value))


def test_a_partner_that_does_not_exist_has_no_way_in(portal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token, "codes_in_use", lambda _: ["nafin"])
    refused = pdp("sign-in", "--role", "partner", "--partner", "nafim")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.strip() == say("error.partner_unknown", code="nafim")


@pytest.mark.parametrize(("role", "says"), [("supplier", "error.firm_unknown"), ("anchor", "error.anchor_unknown")])
def test_a_firm_or_an_anchor_that_does_not_exist_has_no_way_in(
    layout: Layout, role: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Exception] = [NotThere("no"), Away("away")]

    def ask(*_: object) -> None:
        raise answers.pop(0)

    monkeypatch.setattr(token, "request", ask)
    with claim(layout.data) as held:
        held.record_ports({process.NAME: 1, "portal": free_port(), "registration": 1})
        refused, away = [pdp("sign-in", "--role", role, f"--{role}", str(UUID(int=7))) for _ in range(2)]
    assert (refused.code, refused.out, refused.err.strip()) == (2, "", say(says, id=UUID(int=7)))
    assert (away.code, away.out.count("\n")) == (0, 1), "which firm it is nobody can say now"


def test_where_nothing_runs_nobody_signs_in(layout: Layout) -> None:
    refused = pdp("sign-in", "--role", "operator")
    assert (refused.code, refused.err.strip()) == (1, say("error.not_running", data=layout.data))


def test_where_no_portal_runs_nobody_signs_in(layout: Layout) -> None:
    with claim(layout.data) as held:
        held.record_ports({"registration": 1})
        refused = pdp("sign-in", "--role", "operator")
    assert (refused.code, refused.err.strip()) == (1, say("error.no_portal", data=layout.data))


def test_at_the_end_of_a_start_there_is_a_link_for_each_role(
    layout: Layout, portal: str, capsys: pytest.CaptureFixture[str]
) -> None:
    client, firm, anchor = LocalClient.of_running(layout.data), new_id(), new_id()
    ways_in(client)
    ways_in(client, cast(firm, anchor))
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if portal in line and "ticket" not in line] == [say("portal.at", address=portal)] * 2
    found = [ticket_of(line.split()[1]) for line in lines if "ticket=" in line]
    subjects = [claims["sub"] for claims in found]
    assert subjects[:4] == ["local-operator", "local-assessor", "local-expert", "local-mentor"]
    assert {*subjects[4:]} == {OPERATOR, ASSESSOR, EXPERT, MENTOR, f"proveedor-{firm}", f"comprador-{anchor}"}
    assert {str(firm), str(anchor)} <= {
        value for claims in found for value in claims.values() if isinstance(value, str)
    }


def test_without_a_portal_a_start_ends_as_ever(layout: Layout, capsys: pytest.CaptureFixture[str]) -> None:
    ways_in(LocalClient.of(layout.data, {"registration": 1}))
    assert capsys.readouterr().out == ""
