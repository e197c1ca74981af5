"""The chart as Kubernetes objects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deploy.kubernetes.tools import ChartError, run

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


class _Loader(yaml.CSafeLoader):  # type: ignore[misc]  # yaml has no types
    """With `=` for a text, as Kubernetes reads it: definitions of operators have it among what may be chosen."""


_Loader.add_constructor("tag:yaml.org,2002:value", yaml.CSafeLoader.construct_yaml_str)


def read_yaml(text: str) -> list[Any]:
    """Every document of a YAML text. Raises ``ChartError``."""
    try:
        return [*yaml.load_all(text, _Loader)]
    except yaml.YAMLError as error:
        raise ChartError(f"This is no YAML: {error}") from error


def arguments(size: str) -> tuple[str, ...]:
    """What helm must know to render one size."""
    values = CHART / f"values-{size}.yaml"
    return ("--kube-version", KUBERNETES, "--values", str(values), "--values", str(EXAMPLE))


def _set(changes: Mapping[str, str]) -> list[str]:
    return [argument for key, value in changes.items() for argument in ("--set", f"{key}={value}")]
