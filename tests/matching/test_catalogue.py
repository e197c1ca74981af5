from hashlib import blake2b

import pytest

from services.matching import catalogue
from services.matching.domain.rules import Rules

STATES = {f"{number:02}" for number in range(1, 33)}


def test_the_weights_are_those_of_the_published_proposal() -> None:
    weights = catalogue.rules().weights
    assert (weights.capacity, weights.envelope_force, weights.tolerance, weights.qms) == (2000, 1500, 1500, 1500)
    assert (weights.lead_time, weights.location, weights.origin) == (1000, 1000, 500)
    assert (weights.ppm, weights.otif) == (500, 500)
    assert (catalogue.rules().version, catalogue.rules().minimum_score) == ("match-2026-5", 5000)


def test_neighbourhood_is_symmetric_and_of_all_states() -> None:
    neighbours = catalogue.rules().neighbours
    assert set(neighbours) == STATES
    assert all(others <= STATES and state not in others for state, others in neighbours.items())
    assert all(state in neighbours[other] for state, others in neighbours.items() for other in others)


@pytest.mark.parametrize(
    ("state", "others"),
    [
        ("03", {"02"}),
        ("09", {"15", "17"}),
        ("11", {"14", "16", "22", "24", "32"}),
        ("19", {"05", "24", "28", "32"}),
        ("22", {"11", "13", "15", "16", "24"}),
        ("29", {"13", "15", "21"}),
    ],
)
def test_states_border_on(state: str, others: set[str]) -> None:
    assert catalogue.rules().neighbours[state] == others


JUDGED_BY = {
    "match-2026-3": "5d338f732b4812c438611b05",
    "match-2026-4": "4e897c0f9a598ac7c2bd262e",
    "match-2026-5": "4e897c0f9a598ac7c2bd262e",
}
"""What each version of the rules is: what was judged by it is explained by it for ever."""


def test_no_version_of_the_rules_changes_and_none_goes() -> None:
    """A change is a new version: the table before stays beside it as `score_rules-….json`, with its materials."""
    found = {version: _digest(rules) for version, rules in catalogue.all_rules().items()}
    assert found == JUDGED_BY


def _digest(rules: Rules) -> str:
    """Of all that a score can follow from."""
    materials = rules.materials
    parts: tuple[object, ...] = (rules.weights, rules.minimum_score, rules.cqi_valid_months, rules.certificate_months)
    if rules.measured_months:
        parts += (rules.measured_months, rules.measured_reports)
    tables = (materials.version, sorted(materials.names.items()), sorted(materials.families.items(), key=str))
    near = sorted((state, sorted(others)) for state, others in rules.neighbours.items())
    return blake2b(repr((parts, tables, sorted(materials.fillers.items()), near)).encode(), digest_size=12).hexdigest()
