"""What is told before anybody words it: a code and its parameters."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeGuard, TypeVar

P = TypeVar("P")


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
        self.others: tuple[NotExplainedError, ...] = ()
        """What else is wrong, of other fields: whoever gave them mends all at once."""

    @property
    def all(self) -> "tuple[NotExplainedError, ...]":
        """All that is wrong, this first."""
        return self, *self.others


def together(faults: "Iterable[NotExplainedError]") -> NotExplainedError:
    """The first of these with all others."""
    first, *others = faults
    first.others = tuple(others)
    return first


def each_of(payload: P, *reads: Callable[[P], Any]) -> Iterator[Any]:
    """What each reads of the payload. Raises NotExplainedError: all that is wrong with it."""
    faults: list[NotExplainedError] = []
    found: list[Any] = []
    for read in reads:
        try:
            found.append(read(payload))
        except NotExplainedError as error:
            faults += error.all
    if faults:
        raise together(faults)
    return iter(found)
