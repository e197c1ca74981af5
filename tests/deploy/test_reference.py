"""The pages that the code itself can tell are current, and leave nothing without words."""

import re

import pytest

from deploy.reference import decisions, metrics, states
from deploy.reference.pages import DOCS, PAGES
from deploy.reference.settings import settings_of
from deploy.target.services import present
from shared.runtime.settings import KafkaSettings, ServiceSettings


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_current(name) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), f"docs/{name} is not current: run `make docs`"


@pytest.mark.parametrize("service", states.tables())
def test_the_states_in_a_readme_are_those_that_run(service) -> None:
    page = states.readme(service).read_text(encoding="utf-8")
    assert states.tables()[service] in page, f"services/{service}/README.md is not current: run `make docs`"


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(name) -> None:
    page = PAGES[name]()
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) - anchors == set()


def test_a_decision_whose_title_has_another_number_is_refused(tmp_path) -> None:
    (tmp_path / "0001-it-is-so.md").write_text("# 1. It is so\n")
    (tmp_path / "0003-it-was-so.md").write_text("# 3. It was so\n")
    assert "| 2 | not used |\n| 3 | [It was so](0003-it-was-so.md) |" in decisions.page(tmp_path)
    (tmp_path / "0002-it-may-be-so.md").write_text("# 4. It may be so\n")
    with pytest.raises(ValueError, match="0002-it-may-be-so"):
        decisions.page(tmp_path)


@pytest.mark.parametrize("settings", [ServiceSettings, KafkaSettings, *(settings_of(name) for name in present())])
def test_every_setting_says_what_it_is_for(settings) -> None:
    assert [name for name, field in settings.model_fields.items() if not field.description] == []


def test_every_metric_says_what_it_means() -> None:
    told = list(metrics.catalogue())
    assert len(told) > 15
    assert [name for name, _, _, meaning in told if len(meaning.split()) < 2] == []


def test_every_page_of_the_portal_says_what_it_is_for() -> None:
    assert [line for line in PAGES["portal.md"]().splitlines() if line.endswith("|  |")] == []
