"""A profile as a firm types it, by part."""

TYPED: dict[str, dict[str, str]] = {
    "identity": {"rfc": "tnb-861214-ph9", "legal_name": "Tornillos del Norte SA de CV"},
    "contact": {"contact.name": "Ana Ruiz", "contact.email": "ana@tornillos.mx", "contact.phone": ""},
    "business": {"sector": "industry", "scian": "332710", "state": "22", "operating_since": "2009-05-04"},
    "size": {"workers": "1,051", "annual_sales_mxn": "$ 100,000,000.50", "tax_opinion": "positive"},
    "quality": {"offering.qms": "iso_9001", "offering.qms_valid_to": "2027-01-31", "offering.otif_bp_12m": "98.5"},
    "dealing": {"offering.languages": "EN, de", "offering.payment_terms_days": "62"},
    "plants": {
        "name": "Planta Norte",
        "state": "22",
        "municipality": "22014",
        "latitude_e6": "20.588801",
        "longitude_e6": "-100.389902",
    },
    "certificates": {
        "standard": "iatf_16949",
        "body": "Certificadora Ejemplo",
        "number": "MX-0041",
        "site": "Planta Norte",
        "valid_to": "2027-01-31",
    },
    "programs": {"program": "immex", "modality": "industrial", "number": "IMMEX 0042-2019"},
    "origins": {"family": "Soportes", "hs_code": "870829", "list": "core", "rvc_bp": "75.5"},
    "processes": {
        "parts.weight_g.1": "4,500",
        "parts.thickness_um.0": "0.5",
        "parts.thickness_um.1": "6",
        "parts.surface_ra_nm": "0.8",
        "supply.tooling_in_house": "no",
        "supply.deliveries.fca": "yes",
        "supply.deliveries.jit": "yes",
        "supply.oee_bp": "71.25",
        "area": "P14",
        "materials": "Acero\naluminio",
        "envelope_mm.0": "400",
        "envelope_mm.1": "300",
        "envelope_mm.2": "200",
        "special_processes": "CQI-9 2026-03-01\nCQI-11 2026-02-01",
    },
}

HARD = (
    "PA66, 30% fibra de vidrio",
    "acero; galvanizado",
    ",",
    "; x ,",
    '"ABS"',
    "'PP'",
    "- zinc",
    "a\u2028b",
    "x y",
    "1,000",
)
"""What may stand in a list as one of it."""
