"""docs/metrics.md: every figure that a service shows at `/metrics`."""

from collections.abc import Iterator

from prometheus_client.metrics import MetricWrapperBase

from deploy.reference import markdown
from shared.runtime import metrics

INTRODUCTION = """# Metrics

What every service shows at `/metrics`, in Prometheus' format. Prometheus adds `job` (the service), `instance` (its
process) and, on a cluster, `namespace`. A figure of the store is the same from every process of a service: take `max
by (job)`, never the sum."""


def page() -> str:
    rows = (
        (f"`{name}`", type_, ", ".join(f"`{label}`" for label in labels), meaning)
        for name, type_, labels, meaning in catalogue()
    )
    return markdown.page(INTRODUCTION, markdown.table(("Name", "Type", "Labels", "Meaning"), rows))


def catalogue() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Name as a query writes it, type, labels and meaning of each."""
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            [family] = metric.describe()
            labels = metric._labelnames  # noqa: SLF001 - one without a value yet tells them nowhere else
            name = family.name + ("_total" if family.type == "counter" else "")
            yield name, family.type, tuple(labels), family.documentation
