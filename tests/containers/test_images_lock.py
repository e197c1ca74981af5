"""What of the lock goes into an image: all that is needed, and nothing else. No engine is asked."""

import ast
import re
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from deploy.images.subset import names, pins, subset

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
RUNTIME = names((ROOT / "deploy/images/runtime.txt").read_text())
JOB = names((ROOT / "deploy/images/job.txt").read_text())

BY_OTHERS = ("cramjam", "fastapi-offline", "greenlet", "httptools", "python-multipart")
"""Not imported by us: for compression, Swagger UI, SQLAlchemy's asyncio, uvicorn's parser, FastAPI's forms."""
EXTRAS = ("faststream[kafka]", "pyjwt[crypto]")
PYTHON = {"python_version": "3.13", "python_full_version": "3.13.0"}
"""The images' own."""


def imported(*folders: str) -> set[str]:
    """Packages that the code in these folders imports."""
    files = (file for folder in folders for file in (ROOT / folder).rglob("*.py") if "testing" not in file.parts)
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text())))
    modules: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module.partition(".")[0])
    providers = metadata.packages_distributions()
    foreign = modules - sys.stdlib_module_names - {"services", "shared", "deploy"}
    # OpenTelemetry's packages share one namespace: those that its exporter needs are found from it.
    return {normal(providers[module][0]) for module in foreign if module != "opentelemetry"}


def closure(roots: Iterable[str]) -> set[str]:
    """These packages and all that they need in an image."""
    found: set[tuple[str, str]] = set()
    waiting = [(Requirement(root), extra) for root in roots for extra in (*Requirement(root).extras, "")]
    while waiting:
        requirement, extra = waiting.pop()
        name = normal(requirement.name)
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for needed in map(Requirement, metadata.requires(name) or ()):
            if needed.marker is None or needed.marker.evaluate({**PYTHON, "extra": extra}):
                waiting += [(needed, more) for more in (*needed.extras, "")]
    return {name for name, _ in found}


FILES = {"django-htmx"}
"""Of which files are served, and nothing is imported: what it needs itself, as Django, is not there."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_a_service_finds_what_it_needs_and_nothing_else() -> None:
    telemetry = ("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http")
    needed = closure({*imported("services", "shared"), *BY_OTHERS, *EXTRAS, *telemetry})
    assert sorted(RUNTIME) == sorted(needed | FILES)


def test_the_job_adds_what_the_services_lack() -> None:
    assert JOB == ["confluent-kafka"]
    assert closure(JOB) - set(RUNTIME) == set(JOB)


def test_every_pin_keeps_its_version_and_hashes() -> None:
    chosen = subset(LOCK, RUNTIME)
    assert set(pins(chosen)) == set(RUNTIME)
    for name, pin in pins(chosen).items():
        assert pin in LOCK
        assert re.match(rf"{name}==[^ ]+ \\\n    --hash=sha256:[0-9a-f]{{64}}", pin)


def test_a_package_that_the_lock_lacks_is_named() -> None:
    with pytest.raises(LookupError, match="absent-one, absent-two"):
        subset(LOCK, ["pydantic", "absent-two", "absent-one"])


def test_what_stands_behind_a_hash_is_no_name() -> None:
    assert names("# why\nfirst\n\nsecond  # and why\n") == ["first", "second"]
