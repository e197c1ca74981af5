"""What a service refuses, in an operator's words: options and commands instead of fields, headers and statuses."""

from __future__ import annotations

from typing import Any

import httpx

from deploy.cli.texts import say

OTHER_RELEASE = frozenset(
    {
        "body_unreadable",
        "content_type",
        "file_missing",
        "http_error",
        "idempotency_answer_gone",
        "idempotency_key_reused",
        "idempotency_key_short",
        "if_match_missing",
        "length_required",
        "method_not_allowed",
        "parameter_unknown",
        "route_unknown",
        "token_missing",
        "too_many_values",
        "version_differs",
    }
)
"""What is about how a request is made, which nobody who types a command decides."""

OURS = frozenset(
    {
        "busy",
        "cursor_invalid",
        "internal_error",
        "resend_to_partner",
        "resend_too_old",
        "store_behind",
        "text_not_storable",
        "too_large",
    }
)
"""What a command says otherwise."""


def worded(service: str, answer: httpx.Response) -> str | None:
    """The sentence of an RFC 9457 problem; None where the answer is none."""
    try:
        problem = answer.json()
    except ValueError:
        return None
    if not isinstance(problem, dict) or "detail" not in problem:
        return None
    code = str(problem.get("title"))
    if code in OTHER_RELEASE:
        return say("problem.other_release", service=service)
    if errors := problem.get("errors"):
        return "\n".join(f"{_name(each)}: {each['problem']}" for each in errors)
    if code in OURS:
        correlation = answer.headers.get("X-Correlation-Id", "–")
        return say(f"problem.{code}", service=service, correlation=correlation, **_members(problem))
    return str(problem["detail"])


def _name(error: dict[str, Any]) -> str:
    """`body.partition` is what the command has as PARTITION or `--partition`."""
    part, _, name = str(error["field"]).partition(".")
    return name or part


def _members(problem: dict[str, Any]) -> dict[str, object]:
    return {name: value for name, value in problem.items() if name not in ("service", "correlation")}
