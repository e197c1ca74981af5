"""Who may reach whom: everything else is refused."""

from typing import Any

from deploy.local.services import present
from tests.deploy.kubernetes.conftest import Rendered

SERVICES = set(present())


def test_nothing_is_allowed_on_the_network_unless_named(rendered: Rendered) -> None:
    policies = rendered.of("NetworkPolicy")
    assert policies["deny-all"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name in SERVICES:
        spec = policies[name]["spec"]
        assert spec["policyTypes"] == ["Ingress", "Egress"]
        (into,) = spec["ingress"]
        assert [port["port"] for port in into["ports"]] == [8000]
        assert {peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for peer in into["from"]} == {
            "ingress-nginx",
            "monitoring",
        }
        reached = [(_peer(rule["to"]), {port["port"] for port in rule["ports"]}) for rule in spec["egress"]]
        assert reached == [
            ("kube-system", {53}),
            (f"{name}-store", {5432}),
            ("kafka", {9093}),
            ("192.0.2.10/32", {443}),
        ]


def _peer(peers: list[Any]) -> str:
    (peer,) = peers
    selector = peer.get("podSelector") or peer.get("namespaceSelector")
    if selector is None:
        return str(peer["ipBlock"]["cidr"])
    labels = selector["matchLabels"]
    return next(
        labels[key] for key in ("cnpg.io/cluster", "strimzi.io/cluster", "kubernetes.io/metadata.name") if key in labels
    )


def test_a_store_is_open_to_its_own_stage_alone(rendered: Rendered) -> None:
    for name in SERVICES:
        rules = rendered.of("NetworkPolicy")[f"{name}-store"]["spec"]["ingress"]
        pods = [peer["podSelector"]["matchLabels"] for rule in rules for peer in rule["from"] if "podSelector" in peer]
        assert {labels.get("app.kubernetes.io/name", labels.get("cnpg.io/cluster")) for labels in pods} == {
            name,
            f"{name}-store",
        }
