"""What every reader of a publisher's file needs: headings, numbers, codes and keys, checked.

A reader takes a path and returns a `Parsed`. It renames each heading of the publisher's once,
refuses what it does not know, and says where. No network and no database here.
"""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from data.errors import SourceError

Lines = Sequence[Sequence[Any]]

NHS_CODE = r"[A-Z0-9]{3,5}"
PRACTICE = r"[A-Z]\d{5}"
NETWORK = r"U\d{5}|U"


@dataclass(frozen=True)
class Parsed:
    """What a reader made of one file.

    Attributes
    ----------
    frame : pandas.DataFrame
        Tidy rows; the columns are those that the `Source` names.
    rows_read : int
        Rows below the headings, notes among them; blank rows are not counted. Where each
        measure has a column of its own, the figures: rows times measures.
    set_aside : dict of str to int
        Rows not used, by reason. Rows used are `rows_read` less their sum.
    """

    frame: pd.DataFrame
    rows_read: int
    set_aside: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows_used(self) -> int:
        """Rows of the file that reached the frame."""
        return self.rows_read - sum(self.set_aside.values())


@dataclass(frozen=True)
class Source:
    """One publisher's file layout.

    Attributes
    ----------
    id : str
        Name of the layout, the same as its module's.
    files : tuple of str
        Glob patterns, relative to the folder of publishers' files, of the files in this layout.
    columns : tuple of str
        Columns of `Parsed.frame`, in order.
    key : tuple of str
        Columns that together name a row; no two rows share them.
    parse : callable
        `parse(path) -> Parsed`. Raises `SourceError`.
    derived : bool
        True where the file is not the publisher's own layout but was computed from its figures.
    """

    id: str
    files: tuple[str, ...]
    columns: tuple[str, ...]
    key: tuple[str, ...]
    parse: Callable[[Path], Parsed]
    derived: bool = False


FIGURE_COLUMNS = (
    "measure",
    "area_type",
    "area_code",
    "period",
    "count",
    "denominator",
    "value",
    "lower_ci",
    "upper_ci",
    "note",
)
FIGURE_KEY = ("measure", "area_type", "area_code", "period")


def figures(frame: pd.DataFrame) -> pd.DataFrame:
    """Lay `frame` out as `FIGURE_COLUMNS`; absent numbers are NaN, an absent note is ''.

    `count`, `denominator`, `value`, `lower_ci` and `upper_ci` are float64. `value` is in the
    indicator's unit (a percentage is 0 to 100), NaN where it is to be computed from the counts.
    """
    out = frame.reindex(columns=list(FIGURE_COLUMNS))
    numeric = ["count", "denominator", "value", "lower_ci", "upper_ci"]
    out[numeric] = out[numeric].astype("float64")
    out["note"] = out["note"].astype(object).fillna("").astype(str)
    return out.reset_index(drop=True)


def read_csv(
    path: Path | IO[bytes],
    columns: Mapping[str, str],
    *,
    file: str | None = None,
    optional: Mapping[str, str] | None = None,
    ignore: Iterable[str | re.Pattern[str]] = (),
    sep: str = ",",
    skip: int = 0,
    encoding: str = "utf-8-sig",
) -> pd.DataFrame:
    """Read a CSV file as text, select and rename its columns.

    Parameters
    ----------
    path : pathlib.Path or binary file
        The file, or an open member of an archive (then `file` names it).
    columns : mapping
        Publisher's heading to ours. All must be there.
    optional : mapping
        Headings that newer or fuller editions have.
    ignore : iterable of str or compiled pattern
        Headings that are known and not used. Any other heading is an error.
    skip : int
        Lines above the headings.

    Returns
    -------
    pandas.DataFrame
        Text columns, empty cells as ''; the index is the row in the file, counted from 1.
    """
    name = file or Path(str(path)).name
    raw = read_text(path, file=name, sep=sep, skip=skip, encoding=encoding)
    return select(raw, columns, file=name, optional=optional, ignore=ignore)


def read_text(
    path: Path | IO[bytes],
    *,
    file: str,
    sep: str = ",",
    skip: int = 0,
    encoding: str = "utf-8-sig",
) -> pd.DataFrame:
    """Read a CSV file as text under the publisher's own headings; the index is the row."""
    try:
        raw = pd.read_csv(
            path,
            dtype=str,
            keep_default_na=False,
            sep=sep,
            skiprows=skip,
            encoding=encoding,
            skip_blank_lines=False,
        )
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceError(
            file, found=f"text that cannot be read ({error})", expected=f"a CSV file in {encoding}"
        ) from error
    if raw.empty:
        raise SourceError(file, found="no rows below the headings", expected="at least one")
    if not isinstance(raw.index, pd.RangeIndex):
        raise SourceError(
            file,
            row=skip + 2,
            found="more cells than headings",
            expected=f"{len(raw.columns)} cells",
        )
    raw = raw.fillna("")
    raw.columns = raw.columns.astype(str).str.strip()
    raw.index = pd.RangeIndex(skip + 2, skip + 2 + len(raw))
    return raw


def member(path: Path, pattern: str) -> tuple[str, IO[bytes]]:
    """Take from a ZIP file the one member whose name matches `pattern`, folders left aside.

    Returns
    -------
    str
        What to call it in messages: archive and member.
    binary file
        Its contents, whole and with the checksum verified.
    """
    found = members(path, pattern)
    if len(found) != 1:
        raise SourceError(
            path.name,
            found="members " + ", ".join(f"'{name}'" for name, _ in found),
            expected=f"only one named like {pattern}",
        )
    return found[0]


def members(path: Path, pattern: str) -> list[tuple[str, IO[bytes]]]:
    """Take from a ZIP file every member whose name matches `pattern`; there is one or more."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            found = [n for n in names if re.fullmatch(pattern, Path(n).name, re.IGNORECASE)]
            if found:
                return [(f"{path.name}/{n}", BytesIO(archive.read(n))) for n in sorted(found)]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise SourceError(
            path.name,
            found=f"a file that does not unpack ({error})",
            expected="a whole ZIP file",
            advice="Fetch it again; a web page or half a download was saved in its place.",
        ) from error
    raise SourceError(
        path.name,
        found="members " + (", ".join(f"'{name}'" for name in names[:12]) or "none"),
        expected=f"one named like {pattern}",
    )


def members_or_file(path: Path, pattern: str) -> list[tuple[str, Path | IO[bytes]]]:
    """Return the members of a ZIP file that match `pattern`, or the file itself if it is none."""
    if path.suffix.lower() == ".zip":
        return [(name, stream) for name, stream in members(path, pattern)]
    return [(path.name, path)]


def select(
    raw: pd.DataFrame,
    columns: Mapping[str, str],
    *,
    file: str,
    optional: Mapping[str, str] | None = None,
    ignore: Iterable[str | re.Pattern[str]] = (),
) -> pd.DataFrame:
    """Keep and rename the columns named; a missing or an unknown heading is an error."""
    ignore = list(ignore)
    patterns = [entry for entry in ignore if isinstance(entry, re.Pattern)]
    wanted = {**columns, **{k: v for k, v in (optional or {}).items() if k in raw.columns}}
    missing = [name for name in columns if name not in raw.columns]
    if missing:
        raise SourceError(
            file,
            column=missing[0],
            found="headings " + ", ".join(f"'{name}'" for name in list(raw.columns)[:12]),
            expected=f"a column headed '{missing[0]}'",
            advice="If the publisher renamed it, add the new heading to this file's reader.",
        )
    known = set(wanted) | {entry for entry in ignore if isinstance(entry, str)}
    unknown = [
        name
        for name in raw.columns
        if name not in known and not any(pattern.fullmatch(name) for pattern in patterns)
    ]
    if unknown:
        raise SourceError(
            file,
            column=str(unknown[0]),
            found="a heading that the reader does not know",
            expected="only " + ", ".join(f"'{name}'" for name in sorted(known)[:12]),
            advice="Name it in the reader, as a column or as one that is ignored.",
        )
    return raw[list(wanted)].rename(columns=wanted)


def sheet(path: Path, name: str) -> Lines:
    """Return the rows of one sheet of an XLSX or ODS workbook, empty cells as ''."""
    return workbook(path).get_sheet_by_name(name).to_python(skip_empty_area=False)


def workbook(path: Path) -> CalamineWorkbook:
    """Open an XLSX or ODS workbook.

    Raises
    ------
    SourceError
        When it is not one (a web page or a truncated download, say).
    """
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError) as error:
        raise SourceError(
            path.name, found=f"a file that does not open ({error})", expected="a workbook"
        ) from error


def table(
    lines: Lines, headings: Sequence[str], *, file: str, tidy: Callable[[str], str] = str.strip
) -> pd.DataFrame:
    """Find the table that has all `headings` in one row, and return what stands below as text.

    The index is the row in the sheet, counted from 1; rows whose cells are all empty are left out;
    numbers are written without a trailing '.0'. `tidy` is applied to the headings found, where
    editions write them differently.
    """
    number = _heading_row(lines, headings, tidy)
    if number is None:
        raise _no_table(file, headings)
    body = pd.DataFrame(
        [[_text(cell) for cell in row] for row in lines[number + 1 :]],
        columns=[tidy(str(cell)) for cell in lines[number]],
        index=pd.RangeIndex(number + 2, len(lines) + 1),
    )
    return body[(body != "").any(axis=1)]


def find_table(
    path: Path, headings: Sequence[str], *, tidy: Callable[[str], str] = str.strip
) -> tuple[pd.DataFrame, str, Lines]:
    """Find the first sheet of a workbook with `headings` in one row, whatever it is called.

    Returns
    -------
    pandas.DataFrame
        As of `table`.
    str
        What to call it in messages: file and sheet.
    sequence
        All rows of the sheet, titles above the headings among them.
    """
    book = workbook(path)
    for name in book.sheet_names:
        lines = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        if _heading_row(lines, headings, tidy) is not None:
            file = f"{path.name}, sheet '{name}'"
            return table(lines, headings, file=file, tidy=tidy), file, lines
    raise _no_table(path.name, headings)


def _heading_row(
    lines: Lines, headings: Sequence[str], tidy: Callable[[str], str] = str.strip
) -> int | None:
    wanted = set(headings)
    rows = (n for n, line in enumerate(lines) if wanted <= {tidy(str(cell)) for cell in line})
    return next(rows, None)


def _no_table(file: str, headings: Sequence[str]) -> SourceError:
    return SourceError(
        file,
        found="no row with these headings",
        expected=", ".join(f"'{heading}'" for heading in headings),
        advice="If the publisher renamed them, add the new headings to this file's reader.",
    )


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def numbers(
    frame: pd.DataFrame,
    column: str,
    *,
    file: str,
    heading: str | None = None,
    marks: Mapping[str, str] | None = None,
    minimum: float | None = 0,
    maximum: float | None = None,
    whole: bool = False,
) -> "pd.Series[float]":
    """Turn a text column into float64.

    Parameters
    ----------
    marks : mapping
        The publisher's marks for a figure that is not there ('[x]', 'N/A', '') and what each
        means; they become NaN. Any other text is an error.
    minimum, maximum : float or None
        Inclusive limits; None for no limit.
    whole : bool
        True where '112' and '112.0' are right and '112.5' is not.
    """
    heading = heading or column
    text = frame[column].str.strip()
    value = pd.to_numeric(text.str.replace(",", "", regex=False), errors="coerce")
    known = text.isin(list(marks or {}))
    bad = ~np.isfinite(value) & ~known
    expected = "a number" + (" or one of " + ", ".join(map(repr, marks)) if marks else "")
    refuse(frame, bad, text, file, heading, expected)
    if minimum is not None:
        refuse(frame, value < minimum, text, file, heading, f"a number of {minimum:g} or more")
    if maximum is not None:
        refuse(frame, value > maximum, text, file, heading, f"a number of {maximum:g} or less")
    if whole:
        refuse(frame, value.notna() & (value % 1 != 0), text, file, heading, "a whole number")
    return value.where(~known).astype("float64")


def codes(
    frame: pd.DataFrame, column: str, pattern: str, *, file: str, heading: str | None = None
) -> "pd.Series[str]":
    """Check that every cell of a column matches the regular expression `pattern` whole."""
    text = frame[column].str.strip()
    good = [code for code in text.unique() if re.fullmatch(pattern, code)]
    refuse(frame, ~text.isin(good), text, file, heading or column, f"a code like {pattern}")
    return text


def filled(
    frame: pd.DataFrame, column: str, *, file: str, heading: str | None = None
) -> "pd.Series[str]":
    """Check that no cell of a column is empty."""
    text = frame[column].fillna("").str.strip()
    refuse(frame, text == "", text, file, heading or column, "some text")
    return text


def month(
    frame: pd.DataFrame, column: str, *, file: str, heading: str | None = None
) -> "pd.Series[str]":
    """Turn dates such as '01JUL2022' and '2026-07-01' into '2022-07' and '2026-07'."""
    text = frame[column].str.strip()
    known = {date: _month(date) for date in text.unique()}
    refuse(
        frame,
        ~text.isin([date for date, found in known.items() if found]),
        text,
        file,
        heading or column,
        "a date like 01JUL2022 or 2026-07-01",
    )
    return text.map(known)


def _month(text: str) -> str:
    for layout in ("%d%b%Y", "%Y-%m-%d"):
        try:
            return f"{datetime.strptime(text, layout):%Y-%m}"
        except ValueError:
            continue
    return ""


def in_england(
    frame: pd.DataFrame, column: str, pattern: str, *, file: str, heading: str | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Keep the rows whose code matches `pattern`; count those of other countries."""
    code = codes(frame, column, rf"{pattern}|[NSW]\d{{8}}", file=file, heading=heading)
    away = ~code.str.startswith("E")
    return frame[~away], {"outside England": int(away.sum())} if away.any() else {}


def lookup(
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    patterns: Mapping[str, str],
    *,
    key: Sequence[str],
    file: str,
) -> Parsed:
    """Check a look-up between areas and keep England.

    Parameters
    ----------
    frame : pandas.DataFrame
        Text, columns renamed.
    columns : mapping
        Publisher's heading to ours, for messages and for the order of columns.
    patterns : mapping
        Column to the regular expression of its codes. Other columns are text, never empty.
    key : sequence of str
        The first of them says which country a row is in.
    """
    headings = {ours: theirs for theirs, ours in columns.items()}
    kept, set_aside = in_england(
        frame, key[0], patterns[key[0]], file=file, heading=headings[key[0]]
    )
    out = pd.DataFrame(
        {
            name: codes(kept, name, patterns[name], file=file, heading=headings[name])
            if name in patterns
            else filled(kept, name, file=file, heading=headings[name])
            for name in columns.values()
        }
    )
    unique(out, key, file=file, headings=headings)
    return Parsed(out.reset_index(drop=True), len(frame), set_aside)


def one_of(
    frame: pd.DataFrame,
    column: str,
    allowed: Iterable[str],
    *,
    file: str,
    heading: str | None = None,
) -> "pd.Series[str]":
    """Check that every cell of a column is one of `allowed`."""
    text = frame[column].str.strip()
    names = sorted(allowed)
    expected = "one of " + ", ".join(repr(name) for name in names[:20])
    refuse(frame, ~text.isin(names), text, file, heading or column, expected)
    return text


def unique(
    frame: pd.DataFrame,
    key: Sequence[str],
    *,
    file: str,
    headings: Mapping[str, str] | None = None,
) -> None:
    """Refuse two rows with the same `key`; `headings` are the publisher's, by ours."""
    twice = frame.duplicated(list(key))
    if twice.any():
        row = frame.index[twice][0]
        raise SourceError(
            file,
            row=int(row),
            column=", ".join((headings or {}).get(name, name) for name in key),
            found="a second row for " + ", ".join(str(frame.loc[row, k]) for k in key),
            expected="each once",
        )


def refuse(
    frame: pd.DataFrame,
    bad: "pd.Series[bool]",
    text: "pd.Series[str]",
    file: str,
    heading: str,
    expected: str,
) -> None:
    """Raise `SourceError` for the first row that is `bad`; `text` says what stands there."""
    if bad.any():
        row = frame.index[bad][0]
        raise SourceError(
            file, row=int(row), column=heading, found=repr(str(text.loc[row])), expected=expected
        )


def not_above(
    frame: pd.DataFrame,
    count: "pd.Series[float]",
    denominator: "pd.Series[float]",
    *,
    file: str,
    heading: str,
) -> None:
    """Refuse a count greater than its denominator; a missing one is neither."""
    refuse(
        frame,
        count > denominator,
        count.map("{:g}".format),
        file,
        heading,
        "no more than the denominator",
    )


def why_missing(
    frame: pd.DataFrame, columns: Iterable[str], marks: Mapping[str, str]
) -> "pd.Series[str]":
    """Say for each row what the first mark in `columns` means; '' where all are figures."""
    why = pd.Series("", index=frame.index, dtype=str)
    for column in columns:
        why = why.where(why != "", frame[column].str.strip().map(marks).fillna(""))
    return why


def tally(*reasons: "pd.Series[str]") -> dict[str, int]:
    """Count reasons, '' left out, most frequent first."""
    every = pd.concat(reasons)
    return {str(reason): int(n) for reason, n in every[every != ""].value_counts().items()}


def financial_year(text: str, *, file: str) -> str:
    """Find the financial year in a file's name: '2024-25' in 'QOF2425.zip' or '2024-25'.

    Examples
    --------
    >>> financial_year("PREVALENCE_2021_v2.csv", file="PREVALENCE_2021_v2.csv")
    '2020-21'
    """
    for first, second in re.findall(r"(?<!\d)(?:20)?(\d\d)-?(\d\d)(?!\d)", text):
        if int(second) == int(first) + 1:
            return f"20{first}-{second}"
    raise SourceError(
        file, found=f"no financial year in '{text}'", expected="a name with one, such as 2425"
    )
