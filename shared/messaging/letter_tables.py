"""What dead letters got since every service's first migration: whom a partner's names (docs/decisions/0125)."""

ADDED = ("ALTER TABLE dead_letter ADD COLUMN about uuid[]",)
"""Ids in its key and in what it says; NULL: a stage's, or not looked at yet."""

REMOVED = ("ALTER TABLE dead_letter DROP COLUMN about",)
