"""Migrations run while the version before consumes: which may, and that each rule of it can fail."""

from pathlib import Path

import pytest

from shared.service.migrations import SERVICES
from shared.testing.migration_rules import problems
from shared.testing.migrations import Scripts

FOLDERS = sorted(SERVICES.glob("*/migrations"))
FIRST = """
op.create_table("firm", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("name", sa.String(), nullable=False))
op.create_index("firm_name", "firm", ["name"])
"""
CONCURRENTLY = """
with op.get_context().autocommit_block():
    op.create_index("firm_size", "firm", ["size"], {}postgresql_concurrently=True)
"""
SAFE = {
    "a column": 'op.add_column("firm", sa.Column("size", sa.Integer()))',
    "a column with a default": (
        'op.add_column("firm", sa.Column("size", sa.Integer(), nullable=False, server_default="0"))'
    ),
    "a table with its index": FIRST.replace("firm", "anchor"),
    "a concurrent index": CONCURRENTLY.format("if_not_exists=True, "),
    "a check for new rows": "op.execute(\"ALTER TABLE firm ADD CONSTRAINT named CHECK (name > '') NOT VALID\")",
    "not null for new rows": 'op.execute("ALTER TABLE firm ADD CONSTRAINT sized NOT NULL size NOT VALID")',
    "the check of the old rows": 'op.execute("ALTER TABLE firm VALIDATE CONSTRAINT sized")',
    "a foreign key for new rows": (
        'op.create_foreign_key("of", "firm", "anchor", ["name"], ["id"], postgresql_not_valid=True)'
    ),
    "rows of a catalogue": "op.execute(\"INSERT INTO size VALUES ('small')\")",
    "a default": 'op.alter_column("firm", "size", server_default="1")',
}
UNSAFE = {
    "ban-drop-column": 'op.drop_column("firm", "name")',
    "ban-drop-table": 'op.drop_table("firm")',
    "ban-drop-constraint": 'op.drop_constraint("named", "firm")',
    "ban-drop-not-null": 'op.alter_column("firm", "name", nullable=True)',
    "ban-drop-default": 'op.alter_column("firm", "size", server_default=None)',
    "ban-drop-sequence": 'op.execute("DROP SEQUENCE folio")',
    "ban-drop-type": 'op.execute("DROP TYPE size")',
    "renaming-column": 'op.alter_column("firm", "name", new_column_name="legal_name")',
    "renaming-table": 'op.rename_table("firm", "supplier")',
    "changing-column-type": 'op.alter_column("firm", "name", type_=sa.Integer())',
    "adding-required-field": 'op.add_column("firm", sa.Column("size", sa.Integer(), nullable=False))',
    "adding-field-with-default": (
        'op.add_column("firm", sa.Column("drawn", sa.Float(), server_default=sa.text("random()")))'
    ),
    "adding-not-nullable-field": 'op.alter_column("firm", "size", nullable=False)',
    "constraint-missing-not-valid": 'op.create_check_constraint("named", "firm", "name > \'\'")',
    "adding-foreign-key-constraint": 'op.create_foreign_key("of", "firm", "anchor", ["name"], ["id"])',
    "disallowed-unique-constraint": 'op.create_unique_constraint("one", "firm", ["name"])',
    "adding-serial-primary-key-field": 'op.create_primary_key("firm_pkey", "firm", ["name"])',
    "require-concurrent-index-creation": 'op.create_index("firm_size", "firm", ["size"])',
    "require-concurrent-index-deletion": 'op.drop_index("firm_name", "firm")',
    "ban-concurrent-index-creation-in-transaction": (
        'op.create_index("firm_size", "firm", ["size"], if_not_exists=True, postgresql_concurrently=True)'
    ),
    "prefer-robust-stmts": CONCURRENTLY.format(""),
    "rows": 'op.execute("UPDATE firm SET name = upper(name)")',
    "reads the store": 'op.get_bind().execute(sa.text("SELECT 1")).scalar()',
}


def _problems(folder: Path, body: str, contract: str = "") -> list[str]:
    scripts = Scripts(folder / "matching" / "migrations")
    scripts.add(FIRST)
    scripts.add(body, contract)
    return problems(scripts.folder)


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.parent.name for folder in FOLDERS])
def test_the_migrations_of_every_service_may_run_beside_the_version_before(folder: Path) -> None:
    assert problems(folder) == []


def test_there_are_scripts_to_check() -> None:
    assert all([*folder.glob("versions/*.py")] for folder in FOLDERS)
    assert len(FOLDERS) >= 5


@pytest.mark.parametrize("body", SAFE.values(), ids=SAFE.keys())
def test_what_holds_nobody_up_passes(body: str, tmp_path: Path) -> None:
    assert _problems(tmp_path, body) == []


@pytest.mark.parametrize("rule", UNSAFE)
def test_a_rule_is_broken_by_what_it_forbids(rule: str, tmp_path: Path) -> None:
    found = _problems(tmp_path, UNSAFE[rule])
    assert any(problem.startswith(f"matching 0002: {rule}") for problem in found), found


def test_what_stands_beside_a_concurrent_build_must_bear_to_be_done_twice(tmp_path: Path) -> None:
    beside = 'op.add_column("firm", sa.Column("size", sa.Integer()))' + CONCURRENTLY.format("if_not_exists=True, ")
    assert "prefer-robust-stmts: ALTER TABLE firm ADD COLUMN" in _problems(tmp_path, beside)[0]


@pytest.mark.parametrize("rule", UNSAFE)
def test_a_contract_takes_away_and_does_nothing_else(rule: str, tmp_path: Path) -> None:
    found = _problems(tmp_path, UNSAFE[rule], contract="nothing uses it since 2026.11")
    takes_away = rule.startswith(("ban-drop-", "require-concurrent-index-deletion"))
    assert bool(found) == (not takes_away), found
