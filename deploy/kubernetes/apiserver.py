"""A kube-apiserver with its etcd on this machine, without controllers and nodes: it only decides what it would take.

Both are built from Kubernetes' own Go module, etcd at the version that Kubernetes asks for.
"""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deploy.engines.command import Command, log_tail, spawn, stop
from deploy.engines.ports import LOOPBACK, free_port
from deploy.engines.private import new_secret, write_private
from deploy.kubernetes.render import NAMESPACE, Object
from deploy.kubernetes.tools import CACHE, ChartError, go

VERSION = "1.37.2"
FOLDER = CACHE / f"kubernetes-{VERSION}"
PACKAGES = {"etcd": "go.etcd.io/etcd/server/v3", "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver"}

READY_WITHIN = 120.0
STOP_GRACE = 15.0
PAUSE = 0.2
APPLY = {"Content-Type": "application/apply-patch+yaml"}


class RefusedError(ChartError):
    """What the API server answers to an object that it does not take."""


class Server:
    """What an API server thinks of objects; they go into the namespace of the chart."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._resources: dict[tuple[str, str], tuple[str, bool]] = {}

    def apply(self, found: Object, *, dry: bool = True) -> list[str]:
        """The server's warnings on an object that it would take, and takes when not `dry`. Raises ``RefusedError``.

        Applied on the server's side, because there even an entry that stands twice in a list is refused.
        """
        query = {"fieldManager": "chart", "fieldValidation": "Strict"} | ({"dryRun": "All"} if dry else {})
        answer = self._http.patch(self._address(found), params=query, headers=APPLY, content=json.dumps(found))
        if answer.is_error:
            raise RefusedError(answer.json()["message"])
        return answer.headers.get_list("warning")

    def wait_for(self, version: str, kind: str) -> None:
        """Until objects of a kind just defined can be sent. Raises ``ChartError``."""
        until = time.monotonic() + READY_WITHIN
        while not self._knows(version, kind):
            if time.monotonic() > until:
                raise ChartError(f"the API server does not serve {kind} of {version} within {READY_WITHIN:.0f} s")
            time.sleep(PAUSE)

    def _address(self, found: Object) -> str:
        version, kind, name = found["apiVersion"], found["kind"], found["metadata"]["name"]
        if not self._knows(version, kind):
            raise RefusedError(f"no {kind} of {version} is known")
        plural, namespaced = self._resources[version, kind]
        scope = f"namespaces/{NAMESPACE}/" if namespaced else ""
        return f"{_root(version)}/{scope}{plural}/{name}"

    def _knows(self, version: str, kind: str) -> bool:
        if (version, kind) not in self._resources:
            answer = self._http.get(_root(version))
            for each in answer.json()["resources"] if answer.is_success else ():
                # The others are parts of a resource, as its status.
                if "/" not in each["name"]:
                    self._resources[version, each["kind"]] = (each["name"], each["namespaced"])
        return (version, kind) in self._resources


def is_built() -> bool:
    """Whether both programs are in the cache folder."""
    return all((FOLDER / name).exists() for name in PACKAGES)


def build() -> None:
    """Build both programs; minutes the first time. Raises ``ChartError`` where there is no Go."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "go.mod").write_text(_module(), encoding="utf-8")
    for name, package in PACKAGES.items():
        flags = f"-s -w -X k8s.io/component-base/version.gitVersion=v{VERSION}"
        go("build", "-C", str(FOLDER), "-ldflags", flags, "-o", name, package)


def _module() -> str:
    """A `go.mod` for a published Kubernetes, whose own takes the modules that belong to it from folders beside it."""
    published = json.loads(go("mod", "download", "-json", f"k8s.io/kubernetes@v{VERSION}"))["GoMod"]
    module = json.loads(go("mod", "edit", "-json", published))
    beside = [each["Old"]["Path"] for each in module["Replace"]]
    replaced = [f"replace {path} => {path} v0{VERSION.removeprefix('1')}" for path in beside]
    return "\n".join(["module apiserver", f"go {module['Go']}", f"require k8s.io/kubernetes v{VERSION}", *replaced, ""])


@contextmanager
def running() -> Iterator[Server]:
    """An API server that nobody else uses; it and all it holds are gone afterwards. Raises ``ChartError``."""
    with TemporaryDirectory(prefix="pdp-apiserver-") as name, ExitStack() as started:
        folder, port, token = Path(name), free_port(), new_secret()
        store = f"http://{LOOPBACK}:{free_port()}"
        _start(started, _etcd(folder, store))
        command = _apiserver(folder, store, port, token)
        http = _connect(_start(started, command), command.log, folder, port, token)
        started.callback(http.close)
        yield Server(http)


def _start(started: ExitStack, command: Command) -> subprocess.Popen[bytes]:
    process = spawn(command)
    started.callback(stop, process, command.stop_signal, STOP_GRACE)
    return process


def _etcd(folder: Path, store: str) -> Command:
    peers = f"http://{LOOPBACK}:0"
    arguments = ["--unsafe-no-fsync", f"--data-dir={folder / 'etcd'}", f"--listen-peer-urls={peers}"]
    arguments += [f"--listen-client-urls={store}", f"--advertise-client-urls={store}"]
    return _command("etcd", arguments, folder)


def _apiserver(folder: Path, store: str, port: int, token: str) -> Command:
    key, tokens = folder / "accounts.pem", folder / "tokens.csv"
    pem = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    write_private(key, pem.decode())
    write_private(tokens, f"{token},check,check,system:masters\n")
    arguments = [
        f"--etcd-servers={store}",
        f"--bind-address={LOOPBACK}",
        f"--secure-port={port}",
        f"--cert-dir={folder}",
        f"--token-auth-file={tokens}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--endpoint-reconciler-type=none",
    ]
    return _command("kube-apiserver", arguments, folder)


def _command(name: str, arguments: list[str], folder: Path) -> Command:
    # Killed, because nothing that they hold is kept, and without etcd the other one takes minutes to end by itself.
    return Command(name, (str(FOLDER / name), *arguments), folder / f"{name}.log", stop_signal=signal.SIGKILL)


def _connect(process: subprocess.Popen[bytes], log: Path, folder: Path, port: int, token: str) -> httpx.Client:
    # The server makes itself a certificate; the key is the second file that it writes.
    _wait((folder / "apiserver.key").exists, process, log)
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusted.load_verify_locations(folder / "apiserver.crt")
    headers = {"Authorization": f"Bearer {token}"}
    http = httpx.Client(base_url=f"https://{LOOPBACK}:{port}", headers=headers, verify=trusted, timeout=30)
    _wait(lambda: _is_ready(http), process, log)
    return http


def _is_ready(http: httpx.Client) -> bool:
    try:
        return http.get("/readyz").is_success
    except httpx.TransportError:
        return False


def _wait(condition: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_WITHIN
    while not condition():
        if process.poll() is not None or time.monotonic() > until:
            raise ChartError(f"kube-apiserver ended, or was not ready within {READY_WITHIN:.0f} s:\n{log_tail(log)}")
        time.sleep(PAUSE)


def _root(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"
