"""Who reaches whom in compose.yaml, and what is published of it. No engine is asked."""

import re
from ipaddress import IPv4Network, ip_address, ip_network
from itertools import combinations
from typing import Any

import yaml

from deploy.compose.layout import BROKERS, FOLDER, IDENTITY, STAGES
from deploy.compose.prepare import KEEPING, OBJECTS

FILE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
STORES = {*(f"{name}-store" for name in STAGES), f"{IDENTITY}-store"}
OPEN = {*STAGES, *BROKERS, IDENTITY, "prometheus", "alertmanager", "grafana"}
"""What is published on this machine."""
PORTAL = "portal"


def filled(text: str) -> str:
    """With every variable's default."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def networks(name: str) -> set[str]:
    return set(SERVICES[name].get("networks", []))


def neighbours(name: str) -> set[str]:
    return {other for other in SERVICES if other != name and networks(other) & networks(name)}


def test_only_what_people_and_partners_use_is_published() -> None:
    assert {name for name, service in SERVICES.items() if service.get("ports")} == OPEN


def test_no_service_reaches_another_but_the_portal() -> None:
    """It acts for people on the stages' APIs."""
    met = {pair for pair in combinations(STAGES, 2) if networks(pair[0]) & networks(pair[1])}
    assert met == {(stage, PORTAL) for stage in STAGES if stage != PORTAL}


def test_a_store_is_reached_by_its_own_service_alone() -> None:
    for store in STORES:
        owner = store.removesuffix("-store")
        jobs = {f"{owner}-migrations"} & SERVICES.keys()
        assert neighbours(store) == {owner} | jobs
        assert networks(store) == {store}
        assert FILE["networks"][store]["internal"], "nothing of a store goes elsewhere"


def test_a_service_reaches_what_it_needs() -> None:
    for name in STAGES:
        needed = {*BROKERS, IDENTITY, "prometheus", "collector", f"{name}-store", f"{name}-migrations"}
        others = set(STAGES) - {PORTAL} if name == PORTAL else {PORTAL}
        needed |= {OBJECTS} if name in KEEPING else set()
        assert neighbours(name) == needed | others


def test_whom_a_service_believes_of_an_address_is_this_machine_alone() -> None:
    """What comes through a published port comes from the gateway of the service's network. Registration limits by
    address, so it believes the portal too.
    """
    of_portal = filled(SERVICES[PORTAL]["networks"]["registration"]["ipv4_address"])
    gateways = set()
    for name in STAGES:
        assert not FILE["networks"].get(name, {}).get("internal")
        [pool] = FILE["networks"][name]["ipam"]["config"]
        believed, *others = filled(SERVICES[name]["environment"]["PDP_TRUSTED_PROXIES"]).split(",")
        assert others == ([of_portal] if name == "registration" else [])
        assert believed == filled(pool["gateway"])
        assert ip_address(believed) in ip_network(filled(pool["subnet"]))
        gateways.add(believed)
    assert len(gateways) == len(STAGES), "each network has its own addresses"


def test_every_network_has_addresses_of_its_own_within_those_of_the_platform() -> None:
    """One that the engine gave addresses to could have those of another that is made after it."""
    stores = yaml.safe_load((FOLDER / "compose.stores.yaml").read_text())["networks"]
    pools = {name: network["ipam"]["config"] for name, network in (FILE["networks"] | stores).items()}
    subnets = {name: IPv4Network(filled(pool["subnet"])) for name, [pool] in pools.items()}
    assert {name for name, net in subnets.items() if not net.subnet_of(IPv4Network("172.29.0.0/16"))} == set()
    assert [pair for pair in combinations(subnets, 2) if subnets[pair[0]].overlaps(subnets[pair[1]])] == []
    assert {name for name, each in SERVICES.items() if "networks" not in each} == {"prepare"}, "on a network without"


def test_stores_are_opened_by_a_file_of_its_own() -> None:
    opened = yaml.safe_load((FOLDER / "compose.stores.yaml").read_text())
    assert {name: filled(*service["ports"]) for name, service in opened["services"].items()} == {
        f"{name}-store": f"127.0.0.1:1813{number}:5432" for number, name in enumerate(STAGES, 1)
    }
    joined = [network for service in opened["services"].values() for network in service["networks"]]
    assert len(joined) == len(set(joined)), "no two stores meet"


def test_nothing_is_published_to_the_world() -> None:
    for name, service in SERVICES.items():
        for port in service.get("ports", []):
            bound = filled(port).split(":")[0]
            assert bound == "127.0.0.1", (name, port)
