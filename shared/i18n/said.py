"""What is told before anybody words it: a code and its parameters."""

from typing import Any


def said(code: str, /, **params: object) -> dict[str, Any]:
    """One step of an explanation."""
    return {"code": code, "params": params}


class NotExplainedError(ValueError):
    """What was given cannot be explained."""

    def __init__(self, code: str, /, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
