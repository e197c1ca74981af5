"""Spreadsheets of requirements: what is in them, and what is wrong with it by line and column."""
