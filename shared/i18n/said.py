"""What is told before anybody words it: a code and its parameters."""

from typing import Any, TypeGuard


def said(code: str, /, **params: object) -> dict[str, Any]:
    """One step of an explanation, or a parameter of one."""
    return {"code": code, "params": params}


def is_said(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a parameter is itself to be worded."""
    return isinstance(value, dict) and value.keys() == {"code", "params"}


class NotExplainedError(ValueError):
    """What was given cannot be explained."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
