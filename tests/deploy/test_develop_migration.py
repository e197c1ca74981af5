"""`make migration`, on a stage that is a table and nothing else."""

from pathlib import Path

import pytest

from deploy.develop import migration
from deploy.target.services import ROOT
from shared.service import migrations
from shared.testing.migration_rules import problems

ENV = """\
import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString
from shared.service.migrations import run

metadata = sa.MetaData()
sa.Table("firm", metadata, sa.Column("id", sa.Integer(), primary_key=True){more})
run(metadata)
"""
MORE = ', sa.Column("note", AutoString())'


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its `migrations` folder."""
    folder = tmp_path / "matching" / "migrations"
    (folder / "versions").mkdir(parents=True)
    template = "services/matching/migrations/script.py.mako"
    (folder / "script.py.mako").write_text((ROOT / template).read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "env.py").write_text(ENV.format(more=""), encoding="utf-8")
    monkeypatch.setattr(migrations, "SERVICES", tmp_path)
    return folder


def test_each_change_of_the_tables_is_the_next_script(stage: Path) -> None:
    migration.main(["matching", "the firm"])
    (stage / "env.py").write_text(ENV.format(more=MORE), encoding="utf-8")
    migration.main(["matching", "a note on each firm"])
    first, second = sorted((stage / "versions").glob("*.py"))
    assert (first.name, second.name) == ("0001_the_firm.py", "0002_a_note_on_each_firm.py")
    assert 'op.add_column("firm", sa.Column("note", sa.String(), nullable=True))' in second.read_text(encoding="utf-8")
    assert problems(stage) == []
    with pytest.raises(SystemExit, match="nothing is new"):
        migration.main(["matching", "the same again"])


@pytest.mark.parametrize("arguments", [["matchin", "a note"], ["matching", " "]])
def test_what_is_missing_is_said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        migration.main(arguments)
    assert ended.value.code == 2
    assert "make migration" in capsys.readouterr().err
