"""The 400 firms as rows of `suppliers.csv`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from deploy.demo.sample import distribution, identity, offers, plan, words
from deploy.demo.sample.chance import source
from deploy.demo.sample.offers import Process, Quality
from deploy.demo.sample.plan import Role

GROUPS = 3
FIRM_COLUMNS = (
    "rfc", "razon_social", "sector", "scian", "estado", "municipio", "inicio_operaciones", "trabajadores",
    "ventas_anuales_mxn", "exporta", "opinion_32d", "contacto_nombre", "contacto_correo", "contacto_telefono",
    "sgc", "sgc_vigencia", "ppm_12m", "otif_pct_12m", "experiencia", "vcr_pct",
)  # fmt: skip
GROUP_COLUMNS = (
    "area", "materiales", "fuerza_t", "largo_mm", "ancho_mm", "alto_mm", "tolerancia_um", "capacidad_instalada",
    "capacidad_libre", "plazo_dias", "procesos_especiales",
)  # fmt: skip
COLUMNS = (*FIRM_COLUMNS, *(f"{column}_{group}" for group in range(1, GROUPS + 1) for column in GROUP_COLUMNS))

Row = dict[str, str]

OPINIONS = {
    "positiva": 82,
    "desconocida": 7,
    "negativa_con_plan": 4,
    "negativa": 2,
    "en_suspension": 2,
    "inscrito_sin_obligaciones": 3,
}

# Workers (from, to) and annual sales per worker in thousands of pesos, chosen to stay inside the strata of the Acuerdo
# of 30 June 2009 (score = workers * 10 % + millions of sales * 90 %: 4.6 micro, 95 small, 250 medium).
SIZES = {
    "micro": ((3, 10), (150, 400)),
    "small": ((12, 50), (450, 1_500)),
    "medium": ((112, 240), (900, 990)),
    "large": ((280, 620), (1_000, 1_400)),
}
STRATA = ("micro", "small", "medium")
STRATUM_WEIGHTS = {"strong": (2, 52, 46), "fair": (12, 60, 28), "lacking": (18, 60, 22)}


def build(on: date, seed: int) -> list[tuple[Role, Row]]:
    """Every firm with the role that it plays, in the order of the file."""
    towns = distribution.municipalities()
    coined = words.coined_words()
    source(seed, "words").shuffle(coined)
    coined[1] = words.WITH_TILDE
    cast = plan.roles(source(seed, "roles"))
    return [
        (role, _row(source(seed, "firm", index), role, index, coined[index], towns[role.state], on))
        for index, role in enumerate(cast)
    ]


def _row(rng: random.Random, role: Role, index: int, coined: str, towns: tuple[str, ...], on: date) -> Row:
    who = (
        identity.natural_person(rng, index + 1)
        if role.natural
        else identity.legal_person(rng, index + 1, coined, rng.choice(role.area.trades))
    )
    workers, sales, exports = _size(rng, role)
    row = {
        "rfc": who.rfc,
        "razon_social": who.name,
        "sector": role.sector,
        "scian": role.scian,
        "estado": role.state,
        "municipio": rng.choice(towns),
        "inicio_operaciones": who.operating_since.isoformat(),
        "trabajadores": str(workers),
        "ventas_anuales_mxn": f"{sales}.00",
        "exporta": "si" if exports else "no",
        "opinion_32d": rng.choices(tuple(OPINIONS), weights=tuple(OPINIONS.values()))[0],
        "contacto_nombre": who.contact_name,
        "contacto_correo": who.contact_email,
        "contacto_telefono": who.contact_phone,
    }
    row |= _quality_cells(offers.quality(rng, role, on))
    for group, process in enumerate(offers.processes(rng, role, on), start=1):
        row |= {f"{column}_{group}": cell for column, cell in _process_cells(process)}
    return {column: row.get(column, "") for column in COLUMNS}


def _size(rng: random.Random, role: Role) -> tuple[int, int, bool]:
    """Workers, annual sales in whole pesos (thousands), whether it exports."""
    stratum = "large" if role.large else rng.choices(STRATA, weights=STRATUM_WEIGHTS[role.standing])[0]
    if role.natural:
        stratum = "micro"
    elif role.sector != "industria":
        stratum = "small"
    (fewest, most), (least, best) = SIZES[stratum]
    workers = rng.randint(fewest, min(most, 30) if role.sector == "comercio" else most)
    return workers, workers * rng.randint(least, best) * 1_000, rng.randrange(100) < (55 if workers > 100 else 12)


def _quality_cells(quality: Quality) -> Row:
    return {
        "sgc": quality.qms,
        "sgc_vigencia": _text(quality.qms_valid_to),
        "ppm_12m": _text(quality.ppm),
        "otif_pct_12m": _text(quality.otif_pct),
        "experiencia": quality.experience,
        "vcr_pct": _text(quality.vcr_pct),
    }


def _process_cells(process: Process) -> Iterator[tuple[str, str]]:
    sides = process.envelope_mm or (None, None, None)
    yield "area", process.area
    yield "materiales", ";".join(process.materials)
    yield "fuerza_t", _text(process.force_t)
    yield from zip(("largo_mm", "ancho_mm", "alto_mm"), map(_text, sides), strict=True)
    yield "tolerancia_um", _text(process.tolerance_um)
    yield "capacidad_instalada", _text(process.installed)
    yield "capacidad_libre", _text(process.free)
    yield "plazo_dias", _text(process.lead_time_days)
    yield "procesos_especiales", ";".join(f"{code}:{day.isoformat()}" for code, day in process.special_processes)


def _text(value: date | int | None) -> str:
    return "" if value is None else str(value)
