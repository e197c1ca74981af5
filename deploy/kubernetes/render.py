"""The chart as Kubernetes objects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.kubernetes.tools import run

HERE = Path(__file__).parent
CHART = HERE / "chart"
EXAMPLE = HERE / "example.yaml"
"""What only an installation knows, with invented names."""

SIZES = ("small", "national", "continental")
NAMESPACE = "program"
KUBERNETES = "1.37.0"
"""Rendered for, and validated against, this version; the chart's own minimum is in `Chart.yaml`."""

Object = dict[str, Any]


def manifest(size: str, changes: Mapping[str, str] | None = None) -> str:
    """The chart of one size as YAML, with single values changed (`partners={nafin}`). Raises ``ChartError``."""
    return run("helm", "template", "pdp", str(CHART), "--namespace", NAMESPACE, *arguments(size), *_set(changes or {}))


def objects(size: str, changes: Mapping[str, str] | None = None) -> list[Object]:
    """The chart of one size as objects. Raises ``ChartError``."""
    return [found for found in read_yaml(manifest(size, changes)) if found]


def read_yaml(text: str) -> list[Any]:
    """Every document of a YAML text. Raises ``ChartError``."""
    return [json.loads(line) for line in run("yq", "--output-format=json", "--indent=0", ".", given=text).splitlines()]


def arguments(size: str) -> tuple[str, ...]:
    """What helm must know to render one size."""
    values = CHART / f"values-{size}.yaml"
    return ("--kube-version", KUBERNETES, "--values", str(values), "--values", str(EXAMPLE))


def _set(changes: Mapping[str, str]) -> list[str]:
    return [argument for key, value in changes.items() for argument in ("--set", f"{key}={value}")]
