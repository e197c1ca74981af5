"""The profile `identity` of compose.yaml says what the realm and the services take. No engine is asked."""

import json
import re

from deploy.compose.layout import FOLDER
from services.financing.settings import Settings as Financing
from services.portal.identity.provider import CALLBACK, SIGNED_OUT
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
    known = ServiceSettings.model_fields | Financing.model_fields
    assert {name.removeprefix("PDP_").lower() for name in given} <= known.keys()
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


def test_whatever_asks_keycloak_itself_does_so_where_it_is() -> None:
    """In a container `localhost` is the container: only browsers are sent there, and find the portal again."""
    portal = COMPOSE.partition("\n  portal:\n")[2].partition("\n\n")[0]
    assert f"PDP_PORTAL_ISSUER_URL: ${{PDP_PORTAL_ISSUER_URL:-https://identity:8443/realms/{REALM}}}\n" in portal
    assert 'KC_HOSTNAME_BACKCHANNEL_DYNAMIC: "true"\n' in SERVICE
    of_browsers = "PDP_PORTAL_URL: ${PDP_PORTAL_URL:-http://localhost:${PDP_PORTS:-18}106}\n"
    assert of_browsers in portal
    assert of_browsers in SERVICE
    [client] = [each for each in json.loads(REALM_FILE.read_text())["clients"] if each["clientId"] == "portal"]
    assert (client["redirectUris"], client["attributes"]["post.logout.redirect.uris"]) == ([CALLBACK], SIGNED_OUT)
