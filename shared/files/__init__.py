"""Spreadsheets that people give: what is in them, and what is wrong with it by line and column."""
