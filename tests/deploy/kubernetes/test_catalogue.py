"""What needs no helm: the committed catalogue is the code's, and so are the names that the chart speaks of."""

import re

import pytest

from deploy.kubernetes.catalogue import CODE, FILE, document, rendered
from deploy.kubernetes.render import CHART
from deploy.provision.partners import FIRST
from deploy.target.services import present
from services.development import app as development
from services.diagnosis import app as diagnosis
from services.financing import app as financing
from services.matching import app as matching
from services.portal import app as portal
from services.registration import app as registration
from shared.attachments.settings import AttachmentSettings
from shared.messaging.access import access_rules
from shared.messaging.topics import ANSWERS_PATTERN, catalogue, subscriptions
from shared.runtime.settings import KafkaSettings, OutboxSettings
from shared.sealing.settings import SealingSettings

APPS = {
    "registration": registration,
    "matching": matching,
    "diagnosis": diagnosis,
    "development": development,
    "financing": financing,
    "portal": portal,
}


def test_the_committed_catalogue_is_that_of_the_code() -> None:
    assert FILE.read_text(encoding="utf-8") == rendered(), "run `make generate` and commit what it writes"


def test_a_partners_code_is_replaced_nowhere_else() -> None:
    general = {key: value for key, value in document().items() if key != "partner"}
    assert CODE not in str(general)
    assert not re.fullmatch(ANSWERS_PATTERN, f"partner.{CODE}.answers.v1")


def test_every_service_that_runs_is_in_it() -> None:
    assert document()["services"].keys() == APPS.keys() == set(present())


@pytest.mark.parametrize("name", APPS)
def test_a_stage_reads_what_its_composition_root_says(name: str) -> None:
    """The scaler looks at these groups; a stage that reads something else would never be scaled for it."""
    stage, _ = APPS[name].build()
    groups = {
        group["name"]: tuple(topic["name"] for topic in group["topics"])
        for group in document()["services"][name]["groups"]
    }
    topics = subscriptions(name) if stage.topics is None else stage.topics
    assert groups == ({name: topics} if topics else {})
    assert (f"{name}.partners" in str(document()["partner"]["groups"])) == (stage.partners is not None)


def test_each_rule_of_the_code_is_a_users_rule() -> None:
    users = document()["users"]
    assert sum(map(len, users.values())) == sum(rule.principal in users for rule in access_rules())
    partner = document()["partner"]["users"]
    assert sum(map(len, partner.values())) == len(set(access_rules([CODE])) - set(access_rules()))


def test_the_partners_of_the_values_are_the_platforms_first() -> None:
    assert f"partners: [{', '.join(FIRST)}]" in (CHART / "values.yaml").read_text(encoding="utf-8")


def test_the_chart_sets_only_what_is_read() -> None:
    """A setting that was renamed would be passed over in silence."""
    fields = {f"PDP_{field}".upper() for app in APPS.values() for field in type(app.build()[1]).model_fields}
    fields |= {f"PDP_KAFKA_{field}".upper() for field in KafkaSettings.model_fields}
    fields |= {f"PDP_ATTACHMENT_{field}".upper() for field in AttachmentSettings.model_fields}
    fields |= {f"PDP_OUTBOX_{field}".upper() for field in OutboxSettings.model_fields}
    fields |= {f"PDP_SEALING_{field}".upper() for field in SealingSettings.model_fields}
    used = {
        name for file in (CHART / "templates").iterdir() for name in re.findall(r"name: (PDP_\w+)", file.read_text())
    }
    assert used
    assert used <= fields


def test_topics_are_all_there() -> None:
    assert [topic["name"] for topic in document()["topics"]] == [topic.name for topic in catalogue()]
