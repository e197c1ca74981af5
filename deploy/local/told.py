"""What a supervisor in the background has to tell, as lines of its log: one JSON object each."""

from __future__ import annotations

import json

from deploy.engines.errors import DeployError
from deploy.engines.notices import Notice
from shared.runtime.clock import now


def written(told: Notice | DeployError) -> str:
    """The line of a step, or of the error that ended the supervisor."""
    kind = "notice" if isinstance(told, Notice) else "error"
    params = {name: str(value) for name, value in told.params.items()}
    return json.dumps({"at": now().isoformat(), kind: told.code, "params": params})


def read(line: str) -> Notice | DeployError | None:
    """What the line tells; None when somebody else wrote it, as Python writes a traceback."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    if not isinstance(told, dict) or "params" not in told:
        return None
    return DeployError(told["error"], **told["params"]) if "error" in told else Notice(told["notice"], told["params"])
