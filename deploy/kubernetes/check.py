"""`python -m deploy.kubernetes.check`: lint the chart and validate every object of every size against its schema."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable

from deploy.kubernetes import schemas
from deploy.kubernetes.render import CHART, SIZES, arguments, manifest, read_yaml
from deploy.kubernetes.tools import ChartError, find, install, run


def check(say: Callable[[str], None] = print) -> None:
    """Raises ``ChartError`` with what is wrong, or with what is missing to find out."""
    install()
    manifests = {size: manifest(size) for size in SIZES}
    found = [each for text in manifests.values() for each in read_yaml(text) if each]
    kinds = {(each["apiVersion"], each["kind"]) for each in found}
    location = f"{schemas.write(kinds)}/{schemas.LOCATION}"
    for size, text in manifests.items():
        run("helm", "lint", "--strict", str(CHART), *arguments(size))
        summary = run("kubeconform", "-strict", "-summary", "-schema-location", location, given=text)
        say(f"{size}: {summary.strip()}")
    say(_alerts(manifests["national"]))
    say(f"{len(found)} objects of {len(kinds)} kinds are as their schemas say")


def _alerts(text: str) -> str:
    """What Prometheus' own tool says of the alerts; it comes with Prometheus and is not built here."""
    if find("promtool") is None:
        return "alerts: not tried, because promtool is not on this machine"
    rules = [each["spec"] for each in read_yaml(text) if each and each["kind"] == "PrometheusRule"]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(rules[0], file)
        file.flush()
        return f"alerts: {run('promtool', 'check', 'rules', file.name).strip()}"


if __name__ == "__main__":
    try:
        check()
    except ChartError as error:
        sys.exit(f"The chart was not found good: {error}")
