"""Who may reach whom: everything else is refused."""

from typing import Any

import pytest

from deploy.kubernetes.render import manifest, objects
from deploy.kubernetes.tools import ChartError
from deploy.target.services import present
from tests.deploy.kubernetes.conftest import Rendered

SERVICES = set(present())
NAMED_BY = (
    "cnpg.io/cluster",
    "strimzi.io/cluster",
    "kubernetes.io/metadata.name",
    "app.kubernetes.io/name",
    "app.kubernetes.io/component",
)
"""Labels by which a policy chooses whom it means."""
COLLECTOR = "http://collector.observability:4319"


def test_nothing_is_allowed_on_the_network_unless_named(rendered: Rendered) -> None:
    policies = rendered.of("NetworkPolicy")
    assert policies["deny-all"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name in SERVICES:
        spec = policies[name]["spec"]
        assert spec["policyTypes"] == ["Ingress", "Egress"]
        (into,) = spec["ingress"]
        assert [port["port"] for port in into["ports"]] == [8000]
        portal = name == "portal"
        # The portal acts for people on the stages' APIs, and nobody acts on it.
        callers = {"ingress-nginx", "monitoring"} if portal else {"ingress-nginx", "monitoring", "portal"}
        assert {_peer([peer]) for peer in into["from"]} == callers
        reached = [(_peer(rule["to"]), {port["port"] for port in rule["ports"]}) for rule in spec["egress"]]
        assert reached == [
            ("kube-system", {53}),
            *([("service", {8000})] if portal else []),
            (f"{name}-store", {5432}),
            ("kafka", {9093}),
            ("192.0.2.10/32", {443}),
            # The object store of backups, where it has any: its register of erasures.
            *([("192.0.2.20/32", {443})] if rendered.of("ScheduledBackup") else []),
        ]


def _peer(peers: list[Any]) -> str:
    (peer,) = peers
    selector = peer.get("podSelector") or peer.get("namespaceSelector")
    if selector is None:
        return str(peer["ipBlock"]["cidr"])
    labels = selector["matchLabels"]
    return next(labels[key] for key in NAMED_BY if key in labels)


def test_a_store_is_open_to_its_own_stage_alone(rendered: Rendered) -> None:
    for name in SERVICES:
        rules = rendered.of("NetworkPolicy")[f"{name}-store"]["spec"]["ingress"]
        pods = [peer["podSelector"]["matchLabels"] for rule in rules for peer in rule["from"] if "podSelector" in peer]
        assert {labels.get("app.kubernetes.io/name", labels.get("cnpg.io/cluster")) for labels in pods} == {
            name,
            f"{name}-store",
        }


def test_nothing_reaches_the_whole_internet(rendered: Rendered) -> None:
    """Whoever gets into a store or a broker carries nothing away."""
    for name, policy in rendered.of("NetworkPolicy").items():
        for rule in policy["spec"].get("egress", []):
            assert rule["to"], name
            assert all(peer.get("ipBlock", {}).get("cidr") != "0.0.0.0/0" for peer in rule["to"]), name


API_SERVER = "192.0.2.30/32"


def test_brokers_reach_each_other_and_its_operator_the_api_server(rendered: Rendered) -> None:
    policies = rendered.of("NetworkPolicy")
    for name, pods in (("kafka", "kafka-kafka"), ("kafka-entity-operator", "kafka-entity-operator")):
        assert policies[name]["spec"]["podSelector"]["matchLabels"]["strimzi.io/name"] == pods
    zones = any("rack" in found["spec"]["kafka"] for found in rendered.of("Kafka").values())
    brokers = [_peer(rule["to"]) for rule in policies["kafka"]["spec"]["egress"]]
    assert brokers == ["kube-system", "kafka", *([API_SERVER] if zones else [])]
    operator = [_peer(rule["to"]) for rule in policies["kafka-entity-operator"]["spec"]["egress"]]
    assert operator == ["kube-system", "kafka", API_SERVER]


@pytest.mark.usefixtures("helm")
def test_a_collector_of_traces_can_be_reached_where_one_is_named() -> None:
    peer = "networkPolicy.tracing[0].namespaceSelector.matchLabels.kubernetes\\.io/metadata\\.name"
    made = Rendered(objects("national", {"tracing.endpoint": COLLECTOR, "tracing.port": "4319", peer: "observability"}))
    for name in SERVICES:
        *_, opened = made.of("NetworkPolicy")[name]["spec"]["egress"]
        assert (_peer(opened["to"]), opened["ports"]) == ("observability", [{"port": 4319, "protocol": "TCP"}])
        (service,) = made.pods()[name]["containers"]
        assert {"name": "PDP_OTLP_ENDPOINT", "value": COLLECTOR} in service["env"]


@pytest.mark.usefixtures("helm")
@pytest.mark.parametrize(
    ("needed", "change"),
    [
        ("networkPolicy.tracing", {"tracing.endpoint": COLLECTOR}),
        ("networkPolicy.mail", {"mail.host": "smtp.example", "mail.from": "pdp@example.org"}),
        ("networkPolicy.attachments", {"attachments.bucket": "pdp"}),
        ("networkPolicy.backup", {"sealing.erasures": "s3://b/e", "networkPolicy.backup": "null"}),
        ("mail.from", {"mail.host": "smtp.example", "networkPolicy.mail[0].ipBlock.cidr": "192.0.2.40/32"}),
        ("kafka.partnerListener.sourceRanges", {"kafka.partnerListener.enabled": "true"}),
        ("networkPolicy.apiServer", {"networkPolicy.apiServer": "null"}),
        ("trustedProxies", {"trustedProxies": ""}),
        ("controller.name", {"controller.name": ""}),
    ],
)
def test_what_is_turned_on_needs_its_peers(needed: str, change: dict[str, str]) -> None:
    """A rule without peers would let everybody through."""
    with pytest.raises(ChartError, match=f"{needed} is needed"):
        manifest("national", change)
