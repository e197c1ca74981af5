"""What may import what; and that each rule of it can fail."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOMAINS = sorted({path for name in ("domain", "domain.py") for path in (ROOT / "services").glob(f"*/{name}")})

SHARED_RULES = {
    f"shared.{name}"
    for name in (
        *("alignment", "areas", "four_eyes", "mail_address", "municipalities", "names", "one_time_code", "scian"),
        *("days", "introduction", "state_machine", "states"),
    )
}

VIOLATIONS = {
    "services": ("services/matching/settings.py", "import services.registration.handlers"),
    "shared": ("shared/runtime/clock.py", "import services.matching.settings"),
    "services-deploy": ("services/matching/settings.py", "import deploy.engines.ports"),
    "layers": ("shared/contracts/event.py", "import shared.runtime.clock"),
    "wings": ("deploy/engines/ports.py", "import deploy.cli.texts"),
    "domain": ("services/matching/domain/__init__.py", "import shared.contracts.matching"),
    "handlers": ("services/diagnosis/handlers/__init__.py", "import shared.runtime.clock"),
    "stage": ("services/matching/consume.py", "import services.matching.api"),
    "portal": ("services/portal/store/firms.py", "import services.portal.stages"),
    "drivers": ("services/diagnosis/store/__init__.py", "import asyncpg"),
}


def _lint(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    return subprocess.run(
        [*command, "--no-cache", "--contract", contract], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program, to be broken."""
    for package in ("services", "shared", "deploy"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.csv"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_contract_is_broken_by_what_it_forbids(contract: str, copy: Path) -> None:
    name, line = VIOLATIONS[contract]
    path = copy / name
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    result = _lint(copy, contract)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout


def test_a_stage_has_no_part_of_another_name(copy: Path) -> None:
    (copy / "services" / "matching" / "reads.py").touch()
    result = _lint(copy, "stage")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "reads" in result.stdout + result.stderr


def test_every_contract_has_its_negative_test() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = {line.split('"')[1] for line in text.splitlines() if line.startswith("id = ")}
    assert declared == VIOLATIONS.keys()


def _foreign_imports(source: str) -> set[str]:
    """Modules that a file imports from outside the standard library and its own service."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or ".")
    return {
        name for name in found if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("services.")
    }


@pytest.mark.parametrize("domain", DOMAINS, ids=[path.parent.name for path in DOMAINS])
def test_a_domain_imports_the_standard_library_and_the_shared_rules(domain: Path) -> None:
    files = [domain] if domain.is_file() else sorted(domain.rglob("*.py"))
    imported = {str(f): _foreign_imports(f.read_text(encoding="utf-8")) - SHARED_RULES for f in files}
    assert {f: names for f, names in imported.items() if names} == {}
    for rule in SHARED_RULES:
        source = ROOT / f"{rule.replace('.', '/')}.py"
        assert _foreign_imports(source.read_text(encoding="utf-8")) == set(), rule


def test_the_check_of_domains_can_fail() -> None:
    assert _foreign_imports("from pydantic import BaseModel\nimport os") == {"pydantic"}


def test_there_is_a_domain_to_check_in_every_stage() -> None:
    stages = {path.parent.name for path in (ROOT / "services").glob("*/handlers*")}
    assert {path.parent.name for path in DOMAINS} >= stages - {"portal"}
