"""What an option may name."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.cli import choices
from deploy.cli.console import Refusal
from deploy.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]


def test_a_mistyped_choice_is_an_error_that_names_the_choices() -> None:
    with pytest.raises(Refusal, match="not_json") as refused:
        choices.one_of("--reason", "not_jso", choices.DEAD_LETTER_REASONS)
    assert refused.value.code == 2
    choices.one_of("--reason", None, ())


def test_every_reason_for_which_a_stage_rejects_an_event_is_a_choice() -> None:
    """Reasons are `Literal`s in a stage's `reasons`; the one function that raises takes one of them."""
    raising = [
        file
        for file in (ROOT / "services").rglob("*.py")
        if any(
            isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RejectedEventError"
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        )
    ]
    assert [file.relative_to(ROOT).parts[:2] for file in raising] == [("services", "financing")]


@pytest.mark.parametrize("given", ["supplier-registered", "registration.supplier-registered"])
def test_a_type_may_be_given_without_its_stage(given: str) -> None:
    assert choices.event_type(given) == "registration.supplier-registered"


def test_an_unknown_type_is_an_error_that_names_all() -> None:
    with pytest.raises(Refusal, match=r"matching\.match-found"):
        choices.event_type("match-fond")


def test_since_is_some_time_ago_or_a_moment() -> None:
    assert datetime.now(UTC) - choices.since("2h") - timedelta(hours=2) < timedelta(minutes=1)
    assert choices.since("2026-11-29T08:00:00+00:00") == datetime(2026, 11, 29, 8, tzinfo=UTC)
    for wrong in ("", "2w", "yesterday", "2026-13-01", "999999d", "0001-01-01T00:00"):
        with pytest.raises(Refusal):
            choices.since(wrong)


SHOW_NOTHING = {
    "export",
    "logs",
    "restart",
    "target",
    "up",
    "down",
    "demo",
    "token",
    "sign-in",
    "template",
    "backup",
    "restore",
    "rewind",
    "rotate",
}
"""They do something, or print one thing that is for programs already."""


def test_every_other_command_has_json() -> None:
    for name, module in COMMANDS.items():
        if name not in SHOW_NOTHING:
            text = (ROOT / "deploy/cli/commands" / f"{module}.py").read_text(encoding="utf-8")
            assert "AsJson" in text, name
