"""Fixtures that tests of several folders share."""

import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

Sheets = Mapping[str, Sequence[Sequence[object]]]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@pytest.fixture(scope="session")
def publishers() -> Path:
    """The folder of publishers' files: ATLAS_PUBLISHERS, or the one beside the checkout."""
    beside = Path(__file__).parents[1].parent / "shared" / "publishers"
    folder = Path(os.environ.get("ATLAS_PUBLISHERS", beside))
    if not folder.is_dir():
        pytest.skip("publishers' files are not there; name their folder in ATLAS_PUBLISHERS")
    return folder


@pytest.fixture
def write_workbook(tmp_path: Path) -> Callable[[str, Sheets], Path]:
    """Write `sheets` (name to rows of cells) as an XLSX file in `tmp_path`."""

    def write(name: str, sheets: Sheets) -> Path:
        path = tmp_path / name
        numbered = list(enumerate(sheets, 1))
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(
                "[Content_Types].xml",
                f'<Types xmlns="{PACKAGE}/content-types">'
                '<Default Extension="xml" ContentType="application/xml"/></Types>',
            )
            archive.writestr(
                "_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")])
            )
            archive.writestr(
                "xl/workbook.xml",
                f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
                + "".join(
                    f'<sheet name="{escape(title)}" sheetId="{n}" r:id="rId{n}"/>'
                    for n, title in numbered
                )
                + "</sheets></workbook>",
            )
            archive.writestr(
                "xl/_rels/workbook.xml.rels",
                _relations([(f"rId{n}", "worksheet", f"worksheets/{n}.xml") for n, _ in numbered]),
            )
            for n, title in numbered:
                rows = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in sheets[title])
                archive.writestr(
                    f"xl/worksheets/{n}.xml",
                    f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
                )
        return path

    return write


def _relations(entries: Sequence[tuple[str, str, str]]) -> str:
    return (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
            for key, kind, target in entries
        )
        + "</Relationships>"
    )


def _cell(value: object) -> str:
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
