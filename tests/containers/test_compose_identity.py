"""The profile `identity` of compose.yaml says what the realm and the services take. No engine is asked."""

import json
import re

from deploy.compose.layout import FOLDER
from shared.runtime.settings import ServiceSettings
from tests.containers.docker_cli import ROOT
from tests.security.keycloak import REALM, VERSION

COMPOSE = (FOLDER / "compose.yaml").read_text()
REALM_FILE = ROOT / "deploy" / "identity" / "realm.json"
SERVICE = COMPOSE.partition("\n  identity:\n")[2].partition("\n\n")[0]


def _settings() -> dict[str, str]:
    lines = [line for line in (FOLDER / "identity.env").read_text().splitlines() if not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_it_is_the_keycloak_that_the_tests_sign_in_at() -> None:
    assert f"image: keycloak/keycloak:{VERSION}$" in SERVICE
    assert "../identity/realm.json:/opt/keycloak/data/import/realm.json:ro" in SERVICE


def test_whatever_the_realm_names_of_its_surroundings_is_there() -> None:
    """Keycloak imports a placeholder that it cannot fill as it stands: a secret that everybody knows."""
    named = set(re.findall(r"\$\{(PDP_\w+)\}", REALM_FILE.read_text()))
    assert named == {"PDP_PORTAL_SECRET", "PDP_PORTAL_URL"}
    prepared = (FOLDER / "prepare.py").read_text()
    assert all(f"{name}:" in SERVICE or f'"{name}"' in prepared for name in named)


def test_services_are_told_of_this_realm() -> None:
    given = _settings()
    assert {name.removeprefix("PDP_").lower() for name in given} <= set(ServiceSettings.model_fields)
    assert all(f"  {name}: ${{{name}:-" in COMPOSE for name in given)
    assert given["PDP_OIDC_ISSUER"] == f"https://localhost:${{PDP_PORTS:-18}}180/realms/{REALM}"
    assert given["PDP_OIDC_JWKS"] == f"https://identity:8443/realms/{REALM}/protocol/openid-connect/certs"
    assert "KC_HOSTNAME: https://localhost:${PDP_PORTS:-18}180\n" in SERVICE


def test_the_realm_is_what_the_page_says() -> None:
    """What an installation must not lose when somebody changes the file."""
    realm = json.loads(REALM_FILE.read_text())
    clients = {client["clientId"]: client for client in realm["clients"]}
    flows = ("standardFlowEnabled", "implicitFlowEnabled", "directAccessGrantsEnabled", "serviceAccountsEnabled")
    assert [clients["portal"][flow] for flow in flows] == [True, False, False, False]
    assert not any(clients["pdp"][flow] for flow in flows)
    assert "users" not in realm
    assert realm["registrationAllowed"] is False
