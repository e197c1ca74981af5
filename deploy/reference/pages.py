"""Which page is made from what. Nobody edits them by hand: tests/deploy/test_reference.py compares."""

from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.reference import consents, decisions, events, metrics, partners, portal, settings

DOCS = Path(__file__).parents[2] / "docs"

PAGES: Mapping[str, Callable[[], str]] = {
    "events.md": events.page,
    "settings.md": settings.page,
    "metrics.md": metrics.page,
    "portal.md": portal.page,
    "consents.md": consents.page,
    "decisions/README.md": decisions.page,
    **partners.downloads(),
}
