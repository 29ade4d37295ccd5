"""What every reader promises, checked on every publisher's file that the catalogue names."""

import hashlib
from pathlib import Path

import pytest

from data.catalogue import File, downloads, files
from data.sources import paths, sources

TABLES = [entry for entry in files() if not entry.path.endswith(".json")]
DESCRIPTIONS = [entry for entry in files() if entry.path.endswith(".json")]


@pytest.mark.parametrize("name", sources())
def test_a_source_is_named_after_its_module_and_its_key_is_among_its_columns(name: str) -> None:
    source = sources()[name]
    assert source.parse.__module__ == f"data.sources.{name}"
    assert len(set(source.columns)) == len(source.columns)
    assert set(source.key) <= set(source.columns)


def test_every_file_of_the_catalogue_names_a_source() -> None:
    assert {entry.source for entry in files()} <= set(sources())


@pytest.mark.parametrize("entry", DESCRIPTIONS, ids=lambda entry: entry.path)
def test_a_description_stands_beside_a_table_of_the_same_source(entry: File) -> None:
    tables = {table.path: table.source for table in TABLES}
    assert tables[entry.path.removesuffix(".json") + ".csv"] == entry.source


@pytest.mark.publishers
@pytest.mark.parametrize("entry", files(), ids=lambda entry: entry.path)
def test_a_file_is_the_one_that_the_catalogue_pins(entry: File, publishers: Path) -> None:
    assert hashlib.sha256((publishers / entry.path).read_bytes()).hexdigest() == entry.sha256


@pytest.mark.publishers
@pytest.mark.parametrize("entry", TABLES, ids=lambda entry: entry.path)
def test_a_file_is_read_by_its_source_alone_and_keeps_the_contract(
    entry: File, publishers: Path
) -> None:
    path = publishers / entry.path
    assert [s.id for s in sources().values() if path in paths(s, publishers)] == [entry.source]

    source = sources()[entry.source]
    parsed = source.parse(path)
    frame = parsed.frame
    assert tuple(frame.columns) == source.columns
    assert not frame[list(source.key)].isna().any(axis=None)
    assert not frame.duplicated(list(source.key)).any()
    assert parsed.rows_used >= 0
    assert parsed.rows_read == parsed.rows_used + sum(parsed.set_aside.values())
    assert all(reason and rows > 0 for reason, rows in parsed.set_aside.items())
    assert frame.empty == (parsed.rows_used == 0)


@pytest.mark.publishers
def test_every_file_that_a_source_finds_is_in_the_catalogue(publishers: Path) -> None:
    named = {entry.path for entry in files()} | {entry.path for entry in downloads()}
    found = {
        path.relative_to(publishers).as_posix()
        for source in sources().values()
        for path in paths(source, publishers)
    }
    assert found <= named
