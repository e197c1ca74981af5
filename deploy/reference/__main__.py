"""`python -m deploy.reference`: the pages of docs/ that the code itself can tell, written anew (`make docs`)."""

import sys

from deploy.reference.pages import DOCS, PAGES


def main() -> None:
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()
