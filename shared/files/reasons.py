"""Why a file or a cell is refused, of whatever stage. Public contract: a code, once published, keeps its meaning."""

from typing import Literal

FileReason = Literal[
    "file_empty",
    "file_format",
    "file_too_large",
    "file_too_many_rows",
    "file_column_missing",
    "file_column_repeated",
    "file_cell_too_long",
]
"""The file as a whole."""

CellReason = Literal[
    "cell_missing",
    "cell_error",
    "cell_characters",
    "cell_number",
    "cell_share",
    "cell_date",
    "cell_choice",
    "cell_pairs",
    "cell_parts",
    "cell_example",
]
"""One cell: it is not of the form that its column asks for."""
