"""Words of the trade that several files have, as people write them."""

from typing import Final

from shared.files.cells import Several, choice

_ISO_9001: Final = {"ISO 9001:2015": "iso_9001", "NMX-CC-9001-IMNC-2015": "iso_9001"}
_IATF_16949: Final = {"IATF 16949:2016": "iatf_16949"}

QMS: Final = choice(
    {"ninguno": "none", "documentado": "documented", "iso_9001": "iso_9001", "iatf_16949": "iatf_16949"},
    {"ninguna": "none", "no": "none"} | _ISO_9001 | _IATF_16949,
)
"""The quality system, with the editions of its standards that are in force: of an older one no certificate is valid."""
STANDARD: Final = choice(
    {name: name for name in ("iso_9001", "iatf_16949", "iso_14001", "iso_45001", "iso_50001", "iso_17025")}
    | {"iso_27001": "iso_27001", "tisax": "tisax"},
    _ISO_9001
    | _IATF_16949
    | {"ISO 14001:2015": "iso_14001", "NMX-SAA-14001-IMNC-2015": "iso_14001"}
    | {"ISO 45001:2018": "iso_45001", "NMX-SAST-45001-IMNC-2018": "iso_45001", "ISO 50001:2018": "iso_50001"}
    | {"ISO/IEC 17025": "iso_17025", "ISO/IEC 17025:2017": "iso_17025", "ISO 17025:2017": "iso_17025"}
    | {"ISO/IEC 27001": "iso_27001", "ISO/IEC 27001:2022": "iso_27001", "ISO 27001:2022": "iso_27001"},
)
"""What a firm is certified by, with the editions that are in force."""
DESIGN: Final = choice(
    {"plano_del_cliente": "build_to_print", "codiseno": "co_design", "diseno_propio": "full"},
    {"build to print": "build_to_print", "co-design": "co_design", "full": "full"},
)
DELIVERIES: Final = Several(choice({name: name for name in ("exw", "fca", "dap", "ddp", "jit", "jis")}))
PROGRAM: Final = choice({name: name for name in ("immex", "oea", "c_tpat")})
