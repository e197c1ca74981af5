"""What the chart promises, on the objects that helm makes of it."""

import json
from itertools import chain

import pytest

from deploy.capacity.need import CONNECTIONS
from deploy.kubernetes.catalogue import document
from deploy.kubernetes.render import CHART, NAMESPACE, Object, manifest, objects, read_yaml
from deploy.kubernetes.tools import ChartError
from deploy.provision.partners import FIRST
from deploy.target.services import present
from shared.messaging.access import PARTNER_BYTES_PER_SECOND, PARTNER_REQUEST_PERCENTAGE, access_rules
from shared.messaging.topics import catalogue
from shared.runtime.settings import ServiceSettings
from shared.service.service import CLOSE_S
from tests.deploy.kubernetes.conftest import Rendered, containers

SERVICES = set(present())
STORES = {f"{name}-store" for name in SERVICES}


def test_each_service_has_all_its_objects(rendered: Rendered) -> None:
    for kind in ("Deployment", "Service", "ServiceAccount", "PodDisruptionBudget"):
        assert rendered.of(kind).keys() == SERVICES, kind
    assert rendered.of("Cluster").keys() == STORES
    assert rendered.of("NetworkPolicy").keys() == {*SERVICES, *STORES, "kafka", "kafka-entity-operator", "deny-all"}


def test_nothing_runs_as_root_or_can_become_it(rendered: Rendered) -> None:
    for pod in rendered.pods().values():
        security = pod["securityContext"]
        assert security["runAsNonRoot"]
        assert security["runAsUser"] > 0
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not pod["automountServiceAccountToken"]
        for container in containers(pod):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }


def test_the_operators_containers_may_no_more_than_a_restricted_namespace_allows(rendered: Rendered) -> None:
    pools = [pool["spec"]["template"] for pool in rendered.of("KafkaNodePool").values()]
    operator = rendered.of("Kafka")["kafka"]["spec"]["entityOperator"]["template"]
    containers = [pool[part] for pool in pools for part in ("kafkaContainer", "initContainer")]
    containers += [operator[part] for part in ("topicOperatorContainer", "userOperatorContainer")]
    for container in containers:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        }


def test_every_container_has_requests_and_limits(rendered: Rendered) -> None:
    pools = [pool["spec"]["resources"] for pool in rendered.of("KafkaNodePool").values()]
    stores = [store["spec"]["resources"] for store in rendered.of("Cluster").values()]
    own = [container["resources"] for pod in rendered.pods().values() for container in containers(pod)]
    operator = rendered.of("Kafka")["kafka"]["spec"]["entityOperator"]
    operators = [operator[part]["resources"] for part in ("topicOperator", "userOperator")]
    for resources in chain(pools, stores, own, operators):
        for side in ("requests", "limits"):
            assert resources[side].keys() == {"cpu", "memory"}


def test_probes_ask_the_routes_of_every_service(rendered: Rendered) -> None:
    for pod in rendered.pods().values():
        (service,) = pod["containers"]
        asked = {
            probe: service[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")
        }
        assert asked == {"startupProbe": "/live", "livenessProbe": "/live", "readinessProbe": "/ready"}


def test_a_process_is_given_the_time_that_it_takes_to_stop(rendered: Rendered) -> None:
    grace = ServiceSettings.model_fields["stop_grace_s"].default
    for pod in rendered.pods().values():
        pause = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod["terminationGracePeriodSeconds"] > pause + grace + CLOSE_S


def test_no_more_consumers_than_partitions(rendered: Rendered) -> None:
    services = document()["services"]
    for name, scaled in rendered.of("ScaledObject").items():
        topics = [topic["partitions"] for group in services[name]["groups"] for topic in group["topics"]]
        environment = _environment(rendered.pods()[name]["containers"][0])
        members = scaled["spec"]["maxReplicaCount"] * int(environment["PDP_CONSUMERS"])
        assert members <= max(topics, default=members)
        assert scaled["spec"]["minReplicaCount"] >= 1


@pytest.mark.usefixtures("helm")
def test_more_consumers_than_partitions_are_refused() -> None:
    with pytest.raises(ChartError, match=r"8 consumers.*6 partitions"):
        manifest("national", {"services.matching.maxReplicas": "4"})


def test_each_topic_that_a_stage_reads_makes_it_grow(national: Rendered) -> None:
    for name, service in document()["services"].items():
        triggers = national.of("ScaledObject")[name]["spec"]["triggers"]
        asked = [(each["metadata"].get("consumerGroup"), each["metadata"].get("topic")) for each in triggers]
        wanted = [(group["name"], topic["name"]) for group in service["groups"] for topic in group["topics"]]
        if name == "financing":
            wanted += [("financing.partners", f"partner.{code}.answers.v1") for code in FIRST]
        assert asked == (wanted or [(None, None)])


def test_every_topic_is_there_as_the_catalogue_says(rendered: Rendered) -> None:
    made = rendered.of("KafkaTopic")
    assert made.keys() == {topic.name for topic in catalogue(FIRST)}
    for topic in catalogue(FIRST):
        spec = made[topic.name]["spec"]
        assert spec["partitions"] == topic.partitions
        assert topic.config.items() <= spec["config"].items()
        assert made[topic.name]["metadata"]["labels"]["strimzi.io/cluster"] == "kafka"


def test_every_user_may_what_the_rules_say_and_nothing_else(rendered: Rendered) -> None:
    users = rendered.of("KafkaUser")
    assert users.keys() == SERVICES | {f"partner.{code}" for code in FIRST}
    allowed = {
        (name, acl["resource"]["type"], acl["resource"]["name"], acl["resource"]["patternType"], *acl["operations"])
        for name, user in users.items()
        for acl in user["spec"]["authorization"]["acls"]
    }
    assert allowed == {
        (r.principal, r.resource, r.name, "prefix" if r.prefixed else "literal", *(o.title() for o in r.operations))
        for r in access_rules(FIRST)
        if r.principal in users
    }


def test_only_partners_have_a_quota(rendered: Rendered) -> None:
    rate = PARTNER_BYTES_PER_SECOND
    limited = {
        "producerByteRate": rate,
        "consumerByteRate": rate,
        "requestPercentage": PARTNER_REQUEST_PERCENTAGE,
    }
    for name, user in rendered.of("KafkaUser").items():
        assert user["spec"].get("quotas") == (limited if name.startswith("partner.") else None)


@pytest.mark.usefixtures("helm")
def test_partners_are_a_value() -> None:
    made = Rendered(objects("national", {"partners": "{fira}"}))
    assert {name for name in made.of("KafkaUser") if name.startswith("partner.")} == {"partner.fira"}
    assert {name for name in made.of("KafkaTopic") if name.startswith("partner.")} == {
        "partner.fira.referrals.v1",
        "partner.fira.answers.v1",
        "partner.fira.refusals.v1",
    }
    assert "partner-fira-password" in made.of("ExternalSecret")


@pytest.mark.usefixtures("helm")
@pytest.mark.parametrize("change", ["partners={Nafin}", "service.maxReplica=3", "services.matching.env.DEBUG=1"])
def test_values_that_mean_nothing_are_refused(change: str) -> None:
    key, value = change.split("=")
    with pytest.raises(ChartError, match="specifications of the schema"):
        manifest("national", {key: value})


def test_a_cluster_is_watched_by_the_rules_that_compose_has(rendered: Rendered) -> None:
    (written,) = read_yaml((CHART / "alerts.yaml").read_text(encoding="utf-8"))
    ours = json.dumps(written).replace(r"namespace=\"pdp\"", rf"namespace=\"{NAMESPACE}\"")
    assert rendered.of("PrometheusRule")["services"]["spec"] == json.loads(ours)
    assert 'pdp_alarm{namespace="program", name=~' in json.loads(ours)["groups"][0]["rules"][0]["expr"]


@pytest.mark.usefixtures("helm")
def test_alerts_lead_to_where_the_runbook_is_read() -> None:
    found = objects("national", {"monitoring.runbooks": "https://wiki.example/pdp"})
    [rules] = [each for each in found if each["kind"] == "PrometheusRule"]
    links = [rule["annotations"]["runbook_url"] for group in rules["spec"]["groups"] for rule in group["rules"]]
    assert len(links) > 14
    assert {link.partition("#")[0] for link in links} == {"https://wiki.example/pdp/alerts.md"}


def test_a_node_can_always_be_drained(rendered: Rendered) -> None:
    for budget in rendered.of("PodDisruptionBudget").values():
        assert budget["spec"]["maxUnavailable"] == 1
        assert "minAvailable" not in budget["spec"]


def test_a_store_has_connections_for_every_process(rendered: Rendered) -> None:
    """One process more during a rollout, and 20 for the operator, replication and a person."""
    largest = {name: found["spec"]["maxReplicaCount"] for name, found in rendered.of("ScaledObject").items()}
    for name in SERVICES:
        parameters = rendered.of("Cluster")[f"{name}-store"]["spec"]["postgresql"]["parameters"]
        assert int(parameters["max_connections"]) == (largest.get(name, 1) + 1) * CONNECTIONS + 20


def test_what_was_acknowledged_survives_a_lost_node(national: Rendered) -> None:
    for store in national.of("Cluster").values():
        assert store["spec"]["postgresql"]["synchronous"]["dataDurability"] == "required"
        assert store["spec"]["instances"] == 3
    for topic in national.of("KafkaTopic").values():
        assert topic["spec"]["replicas"] == 3
        assert topic["spec"]["config"]["min.insync.replicas"] == "2"


def test_data_outlives_the_release(rendered: Rendered) -> None:
    for kind in ("Kafka", "KafkaNodePool", "KafkaTopic", "Cluster"):
        for found in rendered.of(kind).values():
            assert found["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


def _environment(container: Object) -> dict[str, str]:
    return {each["name"]: each["value"] for each in container["env"] if "value" in each}


def test_every_image_can_be_pinned_by_its_digest(helm: None) -> None:
    """Ours by `image.digests`, the stores' by the name that they are given. Strimzi knows its own."""
    digest = f"sha256:{'0' * 64}"
    pins = {f"image.digests.{name}": digest for name in SERVICES}
    made = Rendered(objects("national", {**pins, "store.image": f"registry.example/postgresql:18@{digest}"}))
    images = {container["image"] for pod in made.pods().values() for container in containers(pod)}
    images |= {store["spec"]["imageName"] for store in made.of("Cluster").values()}
    assert len(images) == len(SERVICES) + 1
    assert all(image.endswith(f"@{digest}") for image in images)
    with pytest.raises(ChartError, match="specifications of the schema"):
        manifest("national", {"image.digests.matching": "latest"})
