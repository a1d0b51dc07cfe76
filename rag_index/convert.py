"""Office files, PDF and HTML to Markdown, in a process of its own: `python -I convert.py FILE`.

Prints {"text", "pages"} or {"tables"} or {"error"} as JSON. A file made to exhaust memory or time takes
this process with it, and nothing else. Imports nothing of ours.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import zipfile
from pathlib import Path
from typing import Any

MEMORY, SECONDS = 3_000_000_000, 120
UNPACKED = 400_000_000  # bytes that a zipped document may grow to
ROWS = 200_000  # of a sheet
_SLIDE = re.compile(r"<!-- Slide number: \d+ -->\s*")
_PARTS = {".docx": "word/", ".pptx": "ppt/", ".xlsx": "xl/"}


class Refused(ValueError):
    """A file that is not converted, and why."""


def convert(path: Path) -> dict[str, Any]:
    """What is printed for a file. Raises Refused, or whatever its library raises."""
    suffix = path.suffix.lower()
    content = path.read_bytes()
    if suffix in _PARTS:
        _check_zip(content, suffix)
    if suffix == ".pdf":
        return _pdf(content)
    if suffix == ".xlsx":
        return {"tables": _sheets(content)}
    if suffix == ".pptx":
        return _paged(_SLIDE.split(_markdown(content, suffix))[1:])
    if b"\0" in content[:4096] and suffix in (".html", ".htm"):
        raise Refused("is not HTML, whatever its name says")
    return {"text": _markdown(content, suffix), "pages": []}


def _check_zip(content: bytes, suffix: str) -> None:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            "is encrypted or in an old format: save it without a password in today's format"
        )
    try:
        entries = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except zipfile.BadZipFile:
        raise Refused(f"is not a {suffix[1:]} file, whatever its name says") from None
    if sum(e.file_size for e in entries) > UNPACKED or len(entries) > 20_000:
        raise Refused("grows too large when unpacked")
    if any(e.flag_bits & 1 for e in entries):
        raise Refused("is encrypted: save it without a password")
    if not any(e.filename.startswith(_PARTS[suffix]) for e in entries):
        raise Refused(f"is not a {suffix[1:]} file, whatever its name says")


def _markdown(content: bytes, suffix: str) -> str:
    from markitdown import StreamInfo
    from markitdown.converters import DocxConverter, HtmlConverter, PptxConverter

    converter = {".docx": DocxConverter, ".pptx": PptxConverter}.get(suffix, HtmlConverter)()
    info = StreamInfo(extension=suffix, charset=None if suffix in _PARTS else _charset(content))
    return converter.convert(io.BytesIO(content), info).text_content


def _charset(content: bytes) -> str:
    declared = re.search(rb"charset=[\"']?([\w-]+)", content[:2048])
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return declared.group(1).decode() if declared else "cp1252"
    return "utf-8"


def _pdf(content: bytes) -> dict[str, Any]:
    import pypdfium2

    if b"%PDF-" not in content[:1024]:
        raise Refused("is not a PDF, whatever its name says")
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refused("is encrypted: save it without a password") from None
        raise Refused("is a damaged PDF") from None
    return _paged([_unwrapped(page.get_textpage().get_text_range()) for page in document])


def _unwrapped(text: str) -> str:
    """Words that were cut at the end of a line are joined again."""
    text = text.replace("\r\n", "\n").replace("\ufffe", "-").replace("\u00ad", "")
    return re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text)


def _paged(pages: list[str]) -> dict[str, Any]:
    starts: list[int] = []
    text = ""
    for page in pages:
        starts.append(len(text))
        text += page.strip() + "\n\n"
    return {"text": text, "pages": starts}


def _sheets(content: bytes) -> list[dict[str, Any]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheets: list[dict[str, Any]] = []
    for sheet in book.worksheets:
        rows = sheet.iter_rows(max_row=ROWS, max_col=100, values_only=True)
        cells = [[_cell(c) for c in row] for row in rows]
        sheets.append({"name": sheet.title, "rows": [row for row in cells if any(row)]})
    return sheets


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).removesuffix(" 00:00:00")


def main() -> None:
    """Converts the file named and prints the result; every failure becomes {"error"}."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        result = convert(Path(sys.argv[1]))
    except Refused as error:
        result = {"error": str(error)}
    except MemoryError:
        result = {"error": "needs too much memory to be read"}
    except Exception as error:  # a library's own: whatever it is, the file cannot be read
        result = {"error": f"cannot be read ({type(error).__name__})"}
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
