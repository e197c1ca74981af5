import inspect
import re
from typing import get_args

from shared.files import cells, child, dates, delimited, numbers, sheet, table, template, workbook
from shared.files.reasons import CellReason, FileReason

CODE = re.compile(r'"((?:file|cell)_[a-z_]+)"')


def test_what_is_given_is_what_is_published() -> None:
    modules = cells, child, dates, delimited, numbers, sheet, table, template, workbook
    sources = [inspect.getsource(module) for module in modules]
    assert {code for source in sources for code in CODE.findall(source)} == {
        *get_args(FileReason),
        *get_args(CellReason),
    }
