"""What is asked of a firm, field by field, in the parts and lists in which it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "text",
    "email",
    "tel",
    "date",
    "number",
    "money",
    "share",
    "thousandths",
    "degrees",
    "choice",
    "yes_no",
    "flag",
    "member",
    "texts",
    "codes",
    "dated",
]
"""`share`: percent, which stages take in basis points; `thousandths`: in a unit of which they take thousandths;
`member`: whether its last part is among others in a list; `texts`: one a line; `codes`: separated by commas; `dated`: a
code, a day, a line.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field. Its name is where a stage takes it."""

    name: str
    kind: Kind = "text"
    required: bool = False
    options: tuple[str, ...] = ()
    words: str = ""
    """Group of the options' words."""
    further: bool = False
    """Most leave it empty: it is asked behind the others."""

    @property
    def longest(self) -> int:
        """Characters that may be typed: as many as registration takes, with room for how they are written."""
        return LONGEST.get(self.kind, 60)


LONGEST: Final[Mapping[Kind, int]] = {
    **dict.fromkeys(("text", "email"), 300),
    **dict.fromkeys(("number", "share", "thousandths", "degrees", "yes_no", "member"), 20),
    "texts": 1_300,
    "dated": 400,
    "codes": 100,
}

PARTS: Final[dict[str, tuple[Asked, ...]]] = {
    "identity": (Asked("rfc", required=True), Asked("legal_name", required=True)),
    "contact": (
        Asked("contact.name", required=True),
        Asked("contact.email", "email", required=True),
        Asked("contact.phone", "tel"),
        Asked(
            "contact.role",
            "choice",
            options=("owner", "management", "sales", "quality", "engineering", "production", "other"),
            words="contact_role",
        ),
    ),
    "business": (
        Asked("sector", "choice", required=True, options=("industry", "trade", "services"), words="sector"),
        Asked("scian", required=True),
        Asked("state", "choice", required=True, words="state"),
        Asked("municipality"),
        Asked("operating_since", "date", required=True),
        Asked("exports", "flag"),
        Asked("women_led", "yes_no"),
    ),
    "size": (
        Asked("workers", "number", required=True),
        Asked("annual_sales_mxn", "money", required=True),
        Asked(
            "tax_opinion",
            "choice",
            options=(
                "positive",
                "negative",
                "negative_with_plan",
                "in_suspension",
                "registered_without_obligations",
                "unknown",
            ),
            words="tax_opinion",
        ),
    ),
    "quality": (
        Asked("offering.qms", "choice", options=("none", "documented", "iso_9001", "iatf_16949"), words="qms"),
        Asked("offering.qms_valid_to", "date"),
        Asked(
            "offering.experience",
            "choice",
            options=("none", "aftermarket", "tier_3", "tier_2", "tier_1"),
            words="experience",
        ),
        Asked("offering.ppm_12m", "number"),
        Asked("offering.otif_bp_12m", "share"),
        Asked("offering.regional_value_bp", "share"),
    ),
    "dealing": (Asked("offering.languages", "codes"), Asked("offering.payment_terms_days", "number")),
}

PROCESS: Final[tuple[Asked, ...]] = (
    Asked("area", "choice", required=True, words="area"),
    Asked("materials", "texts"),
    Asked("force_t", "number"),
    Asked("envelope_mm.0", "number"),
    Asked("envelope_mm.1", "number"),
    Asked("envelope_mm.2", "number"),
    Asked("tolerance_um", "number"),
    Asked("installed_capacity", "number"),
    Asked("free_capacity", "number"),
    Asked("lead_time_days", "number"),
    Asked("special_processes", "dated"),
    Asked("parts.weight_g.0", "number", further=True),
    Asked("parts.weight_g.1", "number", further=True),
    Asked("parts.thickness_um.0", "thousandths", further=True),
    Asked("parts.thickness_um.1", "thousandths", further=True),
    Asked("parts.diameter_um.0", "thousandths", further=True),
    Asked("parts.diameter_um.1", "thousandths", further=True),
    Asked("parts.surface_ra_nm", "thousandths", further=True),
    Asked("parts.salt_spray_h", "number", further=True),
    Asked("supply.minimum_order", "number", further=True),
    Asked("supply.sample_days", "number", further=True),
    Asked("supply.tooling_days", "number", further=True),
    Asked("supply.tooling_in_house", "yes_no", further=True),
    Asked("supply.design", "choice", options=("build_to_print", "co_design", "full"), words="design", further=True),
    Asked("supply.ppap_level", "number", further=True),
    Asked("supply.apqp", "yes_no", further=True),
    Asked("supply.deliveries.exw", "member", further=True),
    Asked("supply.deliveries.fca", "member", further=True),
    Asked("supply.deliveries.dap", "member", further=True),
    Asked("supply.deliveries.ddp", "member", further=True),
    Asked("supply.deliveries.jit", "member", further=True),
    Asked("supply.deliveries.jis", "member", further=True),
    Asked("supply.edi", "yes_no", further=True),
    Asked("supply.shifts", "number", further=True),
    Asked("supply.oee_bp", "share", further=True),
)
"""What is asked of each thing that the firm can make."""

PLANT: Final = (
    Asked("name", required=True),
    Asked("state", "choice", required=True, words="state"),
    Asked("municipality"),
    Asked("latitude_e6", "degrees"),
    Asked("longitude_e6", "degrees"),
)
CERTIFICATE: Final = (
    Asked(
        "standard",
        "choice",
        required=True,
        options=("iso_9001", "iatf_16949", "iso_14001", "iso_45001", "iso_50001", "iso_17025", "iso_27001", "tisax"),
        words="standard",
    ),
    Asked("body", required=True),
    Asked("number", required=True),
    Asked("scope"),
    Asked("site", "choice", words="plant"),
    Asked("valid_from", "date"),
    Asked("valid_to", "date", required=True),
)
PROGRAM: Final = (
    Asked("program", "choice", required=True, options=("immex", "oea", "c_tpat"), words="program"),
    Asked(
        "modality",
        "choice",
        options=("controladora", "industrial", "servicios", "albergue", "terciarizacion"),
        words="modality",
    ),
    Asked("number"),
    Asked("valid_to", "date"),
)
ORIGIN: Final = (
    Asked("family", required=True),
    Asked("hs_code", required=True),
    Asked("vehicle", "choice", options=("light", "heavy"), words="vehicle"),
    Asked(
        "list", "choice", required=True, options=("core", "principal", "complementary", "other"), words="origin_list"
    ),
    Asked("method", "choice", options=("net_cost", "transaction_value"), words="origin_method"),
    Asked("rvc_bp", "share", required=True),
    Asked("valid_to", "date"),
)

PROCESSES, PLANTS, CERTIFICATES = "processes", "plants", "certificates"
LISTS: Final[Mapping[str, tuple[Asked, ...]]] = {
    PLANTS: PLANT,
    CERTIFICATES: CERTIFICATE,
    "programs": PROGRAM,
    "origins": ORIGIN,
    PROCESSES: PROCESS,
}
"""What a firm has several of, one at a time; what it can make comes last."""
PartName = Literal["identity", "contact", "business", "size", "quality", "dealing"]
MOST: Final[Mapping[str, int]] = {PLANTS: 20, CERTIFICATES: 30, "programs": 3, "origins": 30, PROCESSES: 35}
"""Of each as many as registration takes."""
ORDER: Final = (*PARTS, *LISTS)
