"""Spreadsheets that people give: what is in them, and what is wrong with it by line and column.

`table.read` starts a child process (`child`), which finds the header and the rows (`sheet`) in the lines of a workbook
(`workbook`) or a CSV file (`delimited`); `cells` makes values of their texts.
"""
