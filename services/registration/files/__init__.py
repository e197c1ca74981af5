"""Spreadsheets that operators give: what is in them, and what is wrong with it by line and column."""
