"""Secrets in the chart: named where they are needed, and clear nowhere."""

import json
import re

import pytest

from deploy.kubernetes.render import manifest, objects
from deploy.kubernetes.tools import ChartError
from deploy.target.services import present
from tests.deploy.kubernetes.conftest import Rendered, containers

PEER = "networkPolicy.mail[0].ipBlock.cidr"
MAIL = {"mail.host": "smtp.example", "mail.port": "465", "mail.tls": "tls", "mail.from": "pdp@example.org"}

SERVICES = set(present())
STORES = {f"{name}-store" for name in SERVICES}


def test_no_secret_stands_in_clear(rendered: Rendered) -> None:
    assert not rendered.of("Secret")
    for pod in rendered.pods().values():
        for container in containers(pod):
            secret = {
                each["name"] for each in container["env"] if re.search("PASSWORD|DATABASE_URL|SECRET", each["name"])
            }
            assert secret
            assert all("secretKeyRef" in each["valueFrom"] for each in container["env"] if each["name"] in secret)
    assert not re.search(r"BEGIN [A-Z ]*PRIVATE KEY|://[^/\s]+:[^/\s]+@", json.dumps(rendered))


def test_no_stage_sees_the_key_of_a_certificate_authority(rendered: Rendered) -> None:
    for pod in rendered.pods().values():
        for volume in pod["volumes"]:
            if "secret" in volume:
                assert volume["secret"]["items"] == [{"key": "ca.crt", "path": "ca.crt"}]


def test_every_secret_that_is_named_has_somebody_who_makes_it(national: Rendered) -> None:
    named = set(re.findall(r'"secretKeyRef": \{"name": "([^"]+)"', json.dumps(national)))
    named |= set(re.findall(r'"secretName": "([^"]+)"', json.dumps(national)))
    made = {"kafka-cluster-ca-cert"} | {f"{store}-{kind}" for store in STORES for kind in ("app", "ca")}
    made |= {f"kafka-user-{user}" for user in national.of("KafkaUser")} | national.of("ExternalSecret").keys()
    assert named
    assert named <= made


@pytest.mark.usefixtures("helm")
@pytest.mark.parametrize("user", ["", "pdp"])
def test_mail_has_its_server_and_its_password_is_a_secret(user: str) -> None:
    made = Rendered(objects("national", MAIL | {PEER: "192.0.2.40/32", "mail.user": user}))
    for name, pod in made.pods().items():
        (service,) = pod["containers"]
        found = {each["name"]: each for each in service["env"] if each["name"].startswith("PDP_SMTP_")}
        opened = [rule for rule in made.of("NetworkPolicy")[name]["spec"]["egress"] if "465" in json.dumps(rule)]
        if name not in ("registration", "portal"):
            assert (found, opened) == ({}, [])
            continue
        assert found["PDP_SMTP_HOST"]["value"] == "smtp.example"
        assert [rule["ports"] for rule in opened] == [[{"port": 465, "protocol": "TCP"}]]
        password = found.get("PDP_SMTP_PASSWORD")
        secret = {"secretKeyRef": {"name": "mail-credentials", "key": "password"}}
        assert password == ({"name": "PDP_SMTP_PASSWORD", "valueFrom": secret} if user else None)
    assert ("mail-credentials" in made.of("ExternalSecret")) == bool(user)


@pytest.mark.usefixtures("helm")
def test_those_who_keep_attachments_reach_their_bucket_and_its_secret() -> None:
    peer = "networkPolicy.attachments[0].ipBlock.cidr"
    given = {"attachments.bucket": "program", "attachments.endpoint": "https://objects.example:9000"}
    made = Rendered(objects("national", given | {"attachments.port": "9000", peer: "192.0.2.50/32"}))
    for name, pod in made.pods().items():
        (service,) = pod["containers"]
        found = {each["name"]: each for each in service["env"] if each["name"].startswith("PDP_ATTACHMENT_")}
        opened = [rule for rule in made.of("NetworkPolicy")[name]["spec"]["egress"] if "9000" in json.dumps(rule)]
        if name not in ("registration", "diagnosis", "development"):
            assert (found, opened) == ({}, [])
            continue
        assert [rule["ports"] for rule in opened] == [[{"port": 9000, "protocol": "TCP"}]]
        secret = {"secretKeyRef": {"name": "attachment-credentials", "key": "secret"}}
        assert found["PDP_ATTACHMENT_SECRET_KEY"] == {"name": "PDP_ATTACHMENT_SECRET_KEY", "valueFrom": secret}
    assert "attachment-credentials" in made.of("ExternalSecret")


@pytest.mark.usefixtures("helm")
@pytest.mark.parametrize(
    ("change", "where"), [({}, "s3://b/pdp/erasures"), ({"sealing.erasures": "s3://other/gone"}, "s3://other/gone")]
)
def test_what_was_erased_is_kept_where_the_backups_are(change: dict[str, str], where: str) -> None:
    backed_up = {"backup.enabled": "true", "backup.destination": "s3://b/pdp/"}
    pods = Rendered(objects("national", backed_up | change)).pods()
    assert {"registration", "portal"} < pods.keys()
    for pod in pods.values():
        (service,) = pod["containers"]
        found = {each["name"]: each for each in service["env"]}
        assert found["PDP_SEALING_ERASURES"]["value"] == where
        secret = {"secretKeyRef": {"name": "backup-credentials", "key": "ACCESS_SECRET_KEY"}}
        assert found["AWS_SECRET_ACCESS_KEY"]["valueFrom"] == secret


@pytest.mark.usefixtures("helm")
@pytest.mark.parametrize("name", ["PDP_SMTP_PASSWORD", "PDP_AUDIT_KEY", "PDP_SEALING_KEYS", "PDP_PORTAL_SECRET"])
def test_a_secret_among_the_settings_is_refused(name: str) -> None:
    with pytest.raises(ChartError, match=f"{name} is a secret"):
        manifest("national", {f"services.registration.env.{name}": "x"})
