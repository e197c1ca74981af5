"""What can go wrong without anybody's mistake in the code."""

from __future__ import annotations


class DeployError(RuntimeError):
    """A code, and the values that its sentence names. Whoever meets a person words it: `deploy.cli.wording`."""

    def __init__(self, code: str, /, **params: object) -> None:
        self.code, self.params = code, params
        super().__init__(", ".join([code, *(f"{name}={value}" for name, value in params.items())]))
