"""The columns of the file of suppliers: one firm per row, and for each of what a firm has several of a group of columns
with its number.
"""

from collections.abc import Mapping
from typing import NamedTuple, get_args

from services.registration.domain.certificates import MAX_CERTIFICATES
from services.registration.domain.plants import MAX_PLANTS
from services.registration.domain.trade import MAX_ORIGINS, Modality
from shared.areas import CODES
from shared.files.cells import (
    YES_NO,
    Column,
    Digits,
    amount,
    area,
    choice,
    day,
    degrees,
    languages,
    pairs,
    parts,
    share,
    state,
    tariff,
    text,
    thousandths,
    whole,
)
from shared.files.rows import Wanted
from shared.files.template import Group, Template
from shared.files.trade import DELIVERIES, DESIGN, PROGRAM, QMS, STANDARD

_SECTOR = choice({"industria": "industry", "comercio": "trade", "servicios": "services"})
_OPINION = choice(
    {
        "positiva": "positive",
        "negativa": "negative",
        "negativa_con_plan": "negative_with_plan",
        "en_suspension": "in_suspension",
        "inscrito_sin_obligaciones": "registered_without_obligations",
        "desconocida": "unknown",
    }
)
_EXPERIENCE = choice(
    {"ninguna": "none", "repuesto": "aftermarket", "tier_3": "tier_3", "tier_2": "tier_2", "tier_1": "tier_1"}
)
_ROLE = choice(
    {
        "dueno": "owner",
        "direccion": "management",
        "ventas": "sales",
        "calidad": "quality",
        "ingenieria": "engineering",
        "produccion": "production",
        "otro": "other",
    }
)
_MODALITY = choice({name: name for name in get_args(Modality)})
_VEHICLE = choice({"ligero": "light", "pesado": "heavy"}, {"ligeros": "light", "pesados": "heavy"})
_ORIGIN_LIST = choice(
    {"esencial": "core", "principal": "principal", "complementaria": "complementary", "otra": "other"},
    {"esenciales": "core", "principales": "principal", "complementarias": "complementary", "otras": "other"},
)
_ORIGIN_METHOD = choice({"costo_neto": "net_cost", "valor_de_transaccion": "transaction_value"})

PROFILE = (
    Column("rfc", "rfc", text, required=True, example="EJE1503109X1"),
    Column("razon_social", "legal_name", text, required=True, example="Maquinados Ejemplo del Bajío, S.A. de C.V."),
    Column("sector", "sector", _SECTOR, required=True, example="industria"),
    Column("scian", "scian", text, required=True, example="332710"),
    Column("estado", "state", state, required=True, example="Querétaro"),
    Column("municipio", "municipality", Digits(5), example="22014"),
    Column("inicio_operaciones", "operating_since", day, required=True, example="2015-03-10"),
    Column("trabajadores", "workers", whole, required=True, example="48"),
    Column("ventas_anuales_mxn", "annual_sales_mxn", amount, required=True, example="62500000"),
    Column("exporta", "exports", YES_NO, example="si"),
    Column("de_mujeres", "women_led", YES_NO, example="no"),
    Column("opinion_32d", "tax_opinion", _OPINION, example="positiva"),
)
CONTACT = (
    Column("contacto_nombre", "name", text, required=True, example="Persona de Ejemplo"),
    Column("contacto_correo", "email", text, required=True, example="ventas@ejemplo.example"),
    Column("contacto_telefono", "phone", text, example="442 555 0101 ext. 12"),
    Column("contacto_puesto", "role", _ROLE, example="ventas"),
)
OFFERING = (
    Column("sgc", "qms", QMS, example="iso_9001"),
    Column("sgc_vigencia", "qms_valid_to", day, example="2028-06-30"),
    Column("ppm_12m", "ppm_12m", whole, example="120"),
    Column("otif_pct_12m", "otif_bp_12m", share, example="96.5"),
    Column("experiencia", "experience", _EXPERIENCE, example="tier_2"),
    Column("vcr_pct", "regional_value_bp", share, example="62.5"),
    Column("idiomas", "languages", languages, example="es;en"),
    Column("plazo_pago_dias", "payment_terms_days", whole, example="60"),
)
_PROCESS = (
    Column("area", "area", area, required=True, example="P14 Maquinado CNC de precisión"),
    Column("materiales", "materials", parts, example="acero 1045;aluminio 6061"),
    Column("fuerza_t", "force_t", whole),
    Column("largo_mm", "envelope_mm.0", whole, example="800"),
    Column("ancho_mm", "envelope_mm.1", whole, example="500"),
    Column("alto_mm", "envelope_mm.2", whole, example="400"),
    Column("tolerancia_um", "tolerance_um", whole, example="20"),
    Column("capacidad_instalada", "installed_capacity", whole, example="400000"),
    Column("capacidad_libre", "free_capacity", whole, example="120000"),
    Column("plazo_dias", "lead_time_days", whole, example="30"),
    Column("procesos_especiales", "special_processes", pairs, example="CQI-9:2026-02-15"),
    Column("peso_g_min", "parts.weight_g.0", whole, example="20"),
    Column("peso_g_max", "parts.weight_g.1", whole, example="4500"),
    Column("espesor_mm_min", "parts.thickness_um.0", thousandths, example="0.8"),
    Column("espesor_mm_max", "parts.thickness_um.1", thousandths, example="6"),
    Column("diametro_mm_min", "parts.diameter_um.0", thousandths, example="3.5"),
    Column("diametro_mm_max", "parts.diameter_um.1", thousandths, example="120"),
    Column("rugosidad_ra_um", "parts.surface_ra_nm", thousandths, example="0.8"),
    Column("niebla_salina_h", "parts.salt_spray_h", whole, example="240"),
    Column("pedido_minimo", "supply.minimum_order", whole, example="500"),
    Column("muestras_dias", "supply.sample_days", whole, example="20"),
    Column("herramental_dias", "supply.tooling_days", whole, example="60"),
    Column("herramental_propio", "supply.tooling_in_house", YES_NO, example="si"),
    Column("diseno", "supply.design", DESIGN, example="plano_del_cliente"),
    Column("ppap_nivel", "supply.ppap_level", whole, example="3"),
    Column("apqp", "supply.apqp", YES_NO, example="si"),
    Column("entregas", "supply.deliveries", DELIVERIES, example="fca;dap"),
    Column("edi", "supply.edi", YES_NO, example="no"),
    Column("turnos", "supply.shifts", whole, example="2"),
    Column("oee_pct", "supply.oee_bp", share, example="72.5"),
)
_PLANT = (
    Column("planta_nombre", "name", text, required=True, example="Planta Querétaro"),
    Column("planta_estado", "state", state, required=True, example="Querétaro"),
    Column("planta_municipio", "municipality", Digits(5), example="22014"),
    Column("planta_latitud", "latitude_e6", degrees, example="20.588793"),
    Column("planta_longitud", "longitude_e6", degrees, example="-100.389888"),
)
_CERTIFICATE = (
    Column("certificado_norma", "standard", STANDARD, required=True, example="iso_9001"),
    Column("certificado_organismo", "body", text, required=True, example="Organismo de Ejemplo"),
    Column("certificado_numero", "number", text, required=True, example="EJ-0001"),
    Column("certificado_alcance", "scope", text, example="Maquinado de piezas automotrices"),
    Column("certificado_planta", "site", text, example="Planta Querétaro"),
    Column("certificado_desde", "valid_from", day, example="2025-07-01"),
    Column("certificado_hasta", "valid_to", day, required=True, example="2028-06-30"),
)
_TRADE = (
    Column("programa", "program", PROGRAM, required=True, example="immex"),
    Column("programa_modalidad", "modality", _MODALITY, example="industrial"),
    Column("programa_numero", "number", text, example="EJ-2020-0001"),
    Column("programa_vigencia", "valid_to", day, example="2027-12-31"),
)
_ORIGIN = (
    Column("origen_familia", "family", text, required=True, example="Flechas maquinadas"),
    Column("origen_fraccion", "hs_code", tariff, required=True, example="870850"),
    Column("origen_vehiculo", "vehicle", _VEHICLE, example="ligero"),
    Column("origen_lista", "list", _ORIGIN_LIST, required=True, example="principal"),
    Column("origen_metodo", "method", _ORIGIN_METHOD, example="costo_neto"),
    Column("origen_vcr_pct", "rvc_bp", share, required=True, example="71.5"),
    Column("origen_vigencia", "valid_to", day, example="2027-03-31"),
)

GROUPS: Mapping[str, Group] = {
    "plants": Group(_PLANT, 2, MAX_PLANTS),
    "certificates": Group(_CERTIFICATE, 2, MAX_CERTIFICATES),
    "programs": Group(_TRADE, 2, len(PROGRAM.options)),
    "origins": Group(_ORIGIN, 2, MAX_ORIGINS),
    "processes": Group(_PROCESS, 3, len(CODES)),
}
"""By what a firm has several of. Of each as many are read as a firm may have."""


class Place(NamedTuple):
    """Where a column of a group stands."""

    group: str
    number: int
    """From 1."""


PLACES: Mapping[str, Place] = {
    name: Place(of, number)
    for of, group in GROUPS.items()
    for column in group.columns
    for number, name in enumerate(group.names(column), 1)
}

REQUIRED = tuple(column.name for column in PROFILE if column.required)
OPTIONAL = (
    *(column.name for column in (*PROFILE, *CONTACT, *OFFERING) if column.name not in REQUIRED),
    *PLACES,
)
DAYS = (
    *(column.name for column in (*PROFILE, *OFFERING) if column.parse is day),
    *(
        name
        for group in GROUPS.values()
        for column in group.columns
        if column.parse in (day, pairs)
        for name in group.names(column)
    ),
)
TEMPLATE = Template("suppliers", (*PROFILE, *CONTACT, *OFFERING), REQUIRED, tuple(GROUPS.values()))


def wanted(max_rows: int) -> Wanted:
    """What the file has to be."""
    return Wanted(REQUIRED, OPTIONAL, max_rows, days=DAYS)
