"""A fault in one publisher's file stops the build, says where, and the snapshot stays as it was."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from data import build, sources
from data.errors import SourceError
from data.sources.reading import Parsed

pytestmark = pytest.mark.publishers

QOF = "nhse_qof/2024-25/PREVALENCE_2425.csv"
MMR = "ukhsa_cover/practice_mmr1_2024q4_derived.csv"
NAMES = "hocl_msoa_names/MSOA-Names.csv"


def with_one_file_changed(publishers: Path, folder: Path, path: str, new: bytes | None) -> Path:
    """A folder of links to every real file but one, which has other content or is not there."""
    for real in publishers.rglob("*"):
        place = folder / real.relative_to(publishers)
        if real.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif str(real.relative_to(publishers)) != path:
            place.symlink_to(real)
        elif new is not None:
            place.write_bytes(new)
    return folder


def changed(row: int, old: str, new: str) -> Callable[[str], str]:
    """Put `new` for `old` in one row, counted from 1."""

    def change(text: str) -> str:
        lines = text.splitlines(keepends=True)
        assert old in lines[row - 1], lines[row - 1]
        lines[row - 1] = lines[row - 1].replace(old, new, 1)
        return "".join(lines)

    return change


def repeated(row: int) -> Callable[[str], str]:
    """Put a row there twice."""

    def change(text: str) -> str:
        lines = text.splitlines(keepends=True)
        return "".join([*lines[:row], lines[row - 1], *lines[row:]])

    return change


FAULTS = [
    ("nhse_qof_prevalence", QOF, changed(1, "REGISTER", "REG"), None, "REGISTER"),
    ("nhse_qof_prevalence", QOF, changed(1, "GROUP_CODE", "GROUP_CODE,NEW"), None, "NEW"),
    ("nhse_qof_prevalence", QOF, changed(2, "A81001", "A8100"), 2, "PRACTICE_CODE"),
    ("nhse_qof_prevalence", QOF, changed(3, "AST", "QQQ"), 3, "GROUP_CODE"),
    ("nhse_qof_prevalence", QOF, repeated(3), 4, "PRACTICE_CODE, GROUP_CODE"),
    ("nhse_qof_prevalence", QOF, changed(2, "113.0", "-113.0"), 2, "REGISTER"),
    ("nhse_qof_prevalence", QOF, changed(2, "113.0", "113.5"), 2, "REGISTER"),
    ("nhse_qof_prevalence", QOF, changed(2, "113.0", "many"), 2, "REGISTER"),
    ("nhse_qof_prevalence", QOF, changed(2, "113.0", "*"), 2, "REGISTER"),
    ("nhse_qof_prevalence", QOF, changed(2, "113.0", ""), 2, "REGISTER"),
    ("nhse_qof_prevalence", QOF, changed(2, "113.0", "inf"), 2, "REGISTER"),
    ("ukhsa_cover_practice", MMR, changed(2, "False", "Maybe"), 2, "mmr1_24m_suppressed"),
    ("ukhsa_cover_practice", MMR, changed(2, ",9,32,", ",c,32,"), 2, "mmr1_24m_numerator"),
    ("ukhsa_cover_practice", MMR, changed(2, ",9,32,", ",33,32,"), 2, "mmr1_24m_numerator"),
    ("hocl_msoa_names", NAMES, changed(3, "E02000002", "E0200000"), 3, "msoa21cd"),
    ("hocl_msoa_names", NAMES, repeated(2), 3, "msoa21cd"),
]
"""Reader, file, what is done to it, and the row and column that the message names."""


@pytest.mark.parametrize(("source", "path", "change", "row", "column"), FAULTS)
def test_a_fault_is_named_and_nothing_is_written(
    publishers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    path: str,
    change: Callable[[str], str],
    row: int | None,
    column: str,
) -> None:
    text = (publishers / path).read_text(encoding="utf-8-sig")
    folder = with_one_file_changed(publishers, tmp_path / "in", path, change(text).encode())
    only = {source: sources.sources()[source]}
    monkeypatch.setattr(build, "sources", lambda: only)
    out = tmp_path / "snapshot"
    out.mkdir()
    (out / "manifest.json").write_text("as it was")
    with pytest.raises(SourceError) as found:
        build.build(folder, out)
    assert Path(path).name in found.value.file
    assert (found.value.row, found.value.column) == (row, column)
    assert "\n" not in str(found.value)
    assert [entry.name for entry in tmp_path.iterdir() if entry.name != "in"] == ["snapshot"]
    assert [entry.read_text() for entry in out.iterdir()] == ["as it was"]


def test_a_missing_file_is_named(
    publishers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = with_one_file_changed(publishers, tmp_path / "in", NAMES, None)
    only = {"hocl_msoa_names": sources.sources()["hocl_msoa_names"]}
    monkeypatch.setattr(build, "sources", lambda: only)
    with pytest.raises(SourceError, match=r"MSOA-Names.*found no such file.*ingest fetch"):
        build.build(folder, tmp_path / "snapshot")
    assert not (tmp_path / "snapshot").exists()


@pytest.fixture
def lookups_only() -> dict[str, list[tuple[Path, Parsed]]]:
    """What a build knows of two LSOAs and one practice."""
    frames = {
        "census_disability": pd.DataFrame({"lsoa21": ["E01000001"], "denominator": [9.0]}),
        "ons_lsoa11_lsoa21": pd.DataFrame({"lsoa11": ["E01000001"], "lsoa21": ["E01000001"]}),
        "nhse_registrations_lsoa": pd.DataFrame(
            {
                "practice": ["A00001"],
                "lsoa": ["E01999999"],
                "lsoa_vintage": ["2011"],
                "patients": [5],
                "period": ["2022-07"],
            }
        ),
    }
    return {name: [(Path(f"{name}.csv"), Parsed(frame, 1))] for name, frame in frames.items()}


def test_a_patient_in_an_lsoa_that_never_was_is_refused(
    lookups_only: dict[str, list[tuple[Path, Parsed]]],
) -> None:
    with pytest.raises(SourceError, match="E01999999 is not an LSOA of 2011") as found:
        build._where(lookups_only, pd.DataFrame({"lsoa21": ["E01000001"]}))
    assert found.value.file == "nhse_registrations_lsoa.csv"
