"""Errors that people read: where, what was found, what was expected, what to do."""


class AtlasError(Exception):
    """Base of every error whose message is shown to users as one sentence."""


class SourceError(AtlasError):
    """A publisher's file is not as its layout says.

    Parameters
    ----------
    file : str
        Name of the file (and table or sheet) as its publisher calls it.
    found, expected : str
        What stands there and what should.
    row : int, optional
        Line of the file, counted from 1 as a text editor or spreadsheet does.
    column : str, optional
        The publisher's own column heading.
    advice : str
        What to do next.
    """

    def __init__(
        self,
        file: str,
        *,
        found: str,
        expected: str,
        row: int | None = None,
        column: str | None = None,
        advice: str = "Correct the file or fetch it again; nothing was loaded.",
    ) -> None:
        self.file, self.row, self.column = file, row, column
        self.found, self.expected, self.advice = found, expected, advice
        place = file
        if row is not None:
            place += f", row {row}"
        if column is not None:
            place += f", column '{column}'"
        super().__init__(f"{place}: found {found}, expected {expected}. {advice}")


class FetchError(AtlasError):
    """A file could not be downloaded whole and unaltered; nothing of it was kept."""


class CatalogueError(AtlasError):
    """An entry of the catalogue contradicts itself or names what does not exist."""


class SnapshotError(AtlasError):
    """The snapshot is missing, damaged or of another version."""


class StoreError(AtlasError):
    """The database is missing, out of date or cannot be reached."""


class UnknownCodeError(AtlasError):
    """A code that someone typed or linked to is not in the atlas."""
