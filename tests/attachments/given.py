"""Files as people give them, and as somebody hostile would: each as small as it can be."""

import io
import struct
import zipfile
import zlib

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0\0\0" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int = 2, height: int = 2, comment: bytes = b"") -> bytes:
    said = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment if comment else b""
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + said + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00?\x00" + b"\x12\x34" + b"\xff\xd9"


def packed(parts: dict[str, bytes], comment: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.comment = comment
    return file.getvalue()


OFFICE = b'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.%s.main+xml"/></Types>'
SHEET, TEXT = OFFICE % b"spreadsheetml.sheet", OFFICE % b"wordprocessingml.document"
MACROS = b'<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'


def xlsx(*, kind: bytes = SHEET, comment: bytes = b"", **more: bytes) -> bytes:
    parts = {"[Content_Types].xml": kind, "xl/workbook.xml": b"<workbook/>"}
    return packed(parts | {name.replace("__", "/"): content for name, content in more.items()}, comment)


def docx() -> bytes:
    return packed({"[Content_Types].xml": TEXT, "word/document.xml": b"<document/>"})
