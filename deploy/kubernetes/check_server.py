"""`python -m deploy.kubernetes.check_server`: would a real API server take every object of the chart?

It runs what no schema tells: rules in CEL, defaults, Kubernetes' own validation and built-in admission, of which the
namespace's `restricted` profile looks at the pods that the Deployments would get.
"""

from __future__ import annotations

import copy
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from deploy.kubernetes.apiserver import VERSION, RefusedError, Server, build, is_built, running
from deploy.kubernetes.render import NAMESPACE, SIZES, Object, objects, read_yaml
from deploy.kubernetes.schemas import definitions
from deploy.kubernetes.tools import ChartError, install

HOME: Object = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
}
OPTIONS = {
    "image.pullSecrets[0].name": "registry",
    "kafka.partnerListener.enabled": "true",
    "kafka.partnerListener.sourceRanges": "{198.51.100.0/24}",
    "kafka.storageClass": "fast",
    "kafka.version": "4.3.1",
    "monitoring.labels.team": "program",
    "networkPolicy.tracing[0].ipBlock.cidr": "192.0.2.40/32",
    "services.matching.env.PDP_BATCH_RECORDS": "200",
    "store.image": "registry.example/postgresql:18",
    "store.storageClass": "fast",
    "tracing.endpoint": "http://collector.example:4318",
}
"""What no size turns on."""


@dataclass(frozen=True)
class Broken:
    """One value that makes the first object of a kind wrong, and words of the answer that this must get."""

    what: str
    kind: str
    path: str
    value: Any
    answer: str

    def of(self, found: Iterable[Object]) -> Object:
        """The chart's object with this value in it."""
        broken = copy.deepcopy(next(each for each in found if each["kind"] == self.kind))
        *outer, last = self.path.split(".")
        inner = broken
        for key in outer:
            inner = inner[key]
        inner[last] = self.value
        return broken


BROKEN = (
    Broken("an unknown field", "Deployment", "spec.template.spec.nodes", "1", "field not declared in schema"),
    Broken("an unknown field of an operator", "Kafka", "spec.kafka.nodes", "1", "field not declared in schema"),
    Broken("a rule in CEL", "KafkaUser", "spec.authentication.validityDays", 1, "only with 'type: tls'"),
    Broken("a rule of Kubernetes' own", "Deployment", "spec.selector.matchLabels", {"a": "b"}, "does not match"),
    Broken("a pod that is root", "Pod", "spec.securityContext.runAsUser", 0, "violates PodSecurity"),
)


def check(say: Callable[[str], None] = print) -> None:
    """Raises ``ChartError`` with what the server refuses, or with what is missing to find out."""
    install()
    charts = {size: objects(size) for size in SIZES} | {"national with options": objects("national", OPTIONS)}
    charts = {size: _with_pods(found) for size, found in charts.items()}
    if not is_built():
        say("kube-apiserver and etcd are built: a quarter of an hour on one core, and only once")
        build()
    begun = time.monotonic()
    with running() as server:
        say(f"kube-apiserver {VERSION} is ready after {time.monotonic() - begun:.0f} s")
        _prepare(server, [each for found in charts.values() for each in found])
        for broken in BROKEN:
            say(f"{broken.what} is refused: {_refused(server, broken, charts['national'])}")
        wrong = [f"{size}: {each}" for size, found in charts.items() for each in _judge(server, size, found, say)]
    if wrong:
        raise ChartError("\n".join(["the API server objects", *wrong]))


def _with_pods(found: list[Object]) -> list[Object]:
    """A Deployment is taken whatever its pods are: each is asked for as its controller would make it."""
    deployments = [each for each in found if each["kind"] == "Deployment"]
    return found + [_pod(each["metadata"]["name"], each["spec"]["template"]) for each in deployments]


def _pod(name: str, template: Object) -> Object:
    return {"apiVersion": "v1", "kind": "Pod", **template, "metadata": {"name": name, **template["metadata"]}}


def _prepare(server: Server, found: list[Object]) -> None:
    """What must be there before a dry run: the namespace, the pods' accounts and the operators' definitions."""
    server.apply(HOME, dry=False)
    for account in (each for each in found if each["kind"] == "ServiceAccount"):
        server.apply(account, dry=False)
    kinds = {(each["apiVersion"], each["kind"]) for each in found}
    groups = {(version.split("/")[0], kind) for version, kind in kinds}
    for file in definitions():
        for definition in read_yaml(file.read_text(encoding="utf-8")):
            if (definition["spec"]["group"], definition["spec"]["names"]["kind"]) in groups:
                server.apply(definition, dry=False)
    for version, kind in kinds:
        server.wait_for(version, kind)


def _refused(server: Server, broken: Broken, found: list[Object]) -> str:
    """The server's answer. Raises ``ChartError`` when it is another than was to come: then the check sees nothing."""
    try:
        server.apply(broken.of(found))
    except RefusedError as refusal:
        if broken.answer in str(refusal):
            return str(refusal)
        raise ChartError(f"{broken.what} was refused, but for another reason: {refusal}") from refusal
    raise ChartError(f"{broken.what} was taken: the API server does not check what it should")


def _judge(server: Server, size: str, found: list[Object], say: Callable[[str], None]) -> list[str]:
    """What the server refuses or warns of, one line each; says how many of each kind it would take."""
    taken: Counter[str] = Counter()
    wrong = []
    for each in found:
        name = f"{each['kind']}/{each['metadata']['name']}"
        try:
            warnings = server.apply(each)
        except RefusedError as refusal:
            wrong.append(f"{name} is refused: {refusal}")
        else:
            taken[each["kind"]] += 1
            wrong += [f"{name} gets a warning: {warning}" for warning in warnings]
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(taken.items()))
    say(f"{size}: {taken.total()} of {len(found)} objects would be taken: {kinds}")
    return wrong


if __name__ == "__main__":
    # As Ctrl-C does: the server and its files go first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        check()
    except ChartError as error:
        sys.exit(f"The chart was not found good: {error}")
