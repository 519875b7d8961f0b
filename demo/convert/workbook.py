"""A minimal reader of .xlsx workbooks: the text of each cell, sheet by sheet."""

import xml.etree.ElementTree as xml
import zipfile

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _text(element):
    return "".join(part.text or "" for part in element.iter(f"{MAIN}t"))


def read_workbook(path):
    """{sheet name: rows}, a row being a list of texts. Sheets must be stored in the order of the workbook."""
    with zipfile.ZipFile(path) as archive:
        shared = [_text(item) for item in xml.fromstring(archive.read("xl/sharedStrings.xml")).findall(f"{MAIN}si")]
        sheets = {}
        for number, sheet in enumerate(xml.fromstring(archive.read("xl/workbook.xml")).find(f"{MAIN}sheets"), 1):
            root = xml.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
            rows = [[_cell(cell, shared) for cell in row] for row in root.iter(f"{MAIN}row")]
            sheets[sheet.get("name")] = [row for row in rows if any(row)]
        return sheets


def _cell(cell, shared):
    value = cell.find(f"{MAIN}v")
    if cell.get("t") == "inlineStr":
        return _text(cell)
    if value is None:
        return ""
    return shared[int(value.text)] if cell.get("t") == "s" else value.text
