"""`python -m tests.security.count`: runs what tries to get in, and writes how much of it held into docs/security.md."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from shared.testing.page import between

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"

TRIED: dict[str, tuple[str, ...]] = {
    "tokens: forged, expired, of others; an issuer that is slow, away, hostile": (
        "tests/security/test_providers.py",
        "tests/security/test_tokens.py",
        "tests/security/test_keys.py",
    ),
    "signing in at the issuer of one machine without a ticket, twice, or as somebody else": (
        "tests/security/test_issuer.py",
        "tests/security/test_issuer_tokens.py",
    ),
    "signing in at Keycloak by other ways than the portal's": ("tests/security/test_keycloak.py",),
    "every route: without a token, with an unread body, with one too large": ("tests/service/test_callers.py",),
    "every route: bodies of nothing but faults": ("tests/service/test_many_faults.py",),
    "every route: pairs of roles, others' firms": ("tests/service/test_role_pairs.py",),
    "a firm's people: joining uninvited, staying when removed, learning of them": (
        "tests/registration/test_api_people.py",
    ),
    "every API by what its document allows and forbids (schemathesis)": ("tests/http/test_conformance.py",),
    "what is for who runs a service, asked through a proxy": ("tests/service/test_inside.py",),
    "hostile files": ("tests/files",),
    "numbers, dates and texts at and beyond their bounds": (
        "tests/contracts/test_bounds.py",
        "tests/contracts/test_extremes.py",
        "tests/contracts/test_written.py",
    ),
    "bodies that wait or never end, on every route": ("tests/service/test_in_flight.py",),
    "slow, half-open and too many connections": (
        "tests/service/test_connection.py",
        "tests/service/test_connection_body.py",
    ),
    "limits of requests, of two processes": (
        "tests/messaging/test_request_limits.py",
        "tests/registration/test_api_limit_of_two.py",
    ),
    "an audit log that was altered, thinned or cut": (
        "tests/security/test_merkle.py",
        "tests/security/test_notes.py",
        "tests/conformance/test_audit.py",
    ),
    "a service's store role: rights on every table, rows that no service writes": ("tests/service/test_grants.py",),
    "every change and every operation, while the audit log takes no row": (
        "tests/http/test_unrecorded.py",
        "tests/conformance/test_operations_recorded.py",
    ),
    "the portal: signing in, sessions, scopes, forms from elsewhere, files": (
        "tests/portal/test_signing.py",
        "tests/portal/test_signing_again.py",
        "tests/portal/test_sessions.py",
        "tests/portal/test_scope.py",
        "tests/portal/test_pages.py",
        "tests/portal/test_files.py",
    ),
    "forms, addresses and texts as no page of ours sends them": (
        "tests/portal/test_forms_otherwise.py",
        "tests/portal/test_pages_hostile.py",
        "tests/portal/test_errors.py",
        "tests/service/test_no_text.py",
    ),
    "who reaches whom: access rules, containers, cluster": (
        "tests/messaging/test_access.py",
        "tests/containers/test_compose_networks.py",
        "tests/deploy/kubernetes/test_network.py",
    ),
}
"""What is tried, by the files of its tests."""
ALSO_LONG = ("tests/security/", "tests/service/")


class Count:
    """Of each file, how many tests ran and how many of them passed."""

    def __init__(self) -> None:
        self.tried, self.held = Counter[str](), Counter[str]()

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        kept = [item for item in items if item.nodeid.startswith(ALSO_LONG) or not item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            file = report.nodeid.partition("::")[0]
            self.tried[file] += 1
            self.held[file] += report.passed

    def row(self, what: str, places: tuple[str, ...]) -> str:
        tried, held = (
            sum(number for file, number in found.items() if file.startswith(places))
            for found in (self.tried, self.held)
        )
        return f"| {what} | {tried} | {held} | {', '.join(f'`{place}`' for place in places)} |"


def main() -> int:
    count = Count()
    code = pytest.main(["-m", "", *sorted({place for places in TRIED.values() for place in places})], plugins=[count])
    rows = [count.row(what, places) for what, places in TRIED.items()]
    between(PAGE, "tried", "\n".join(["| tried | tests | held | where |", "|---|---|---|---|", *rows]))
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
