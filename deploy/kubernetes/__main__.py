"""`python -m deploy.kubernetes` writes the catalogue into the chart."""

from deploy.kubernetes.catalogue import FILE, rendered

FILE.write_text(rendered(), encoding="utf-8")
