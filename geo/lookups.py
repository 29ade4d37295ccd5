"""Which area lies in which, built up from LSOAs of 2021.

Everything larger than an LSOA is a grouping of LSOAs, so both vintages of ICSs, places,
wards, neighbourhoods and local authorities are columns of one table.
"""

import re
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from geo.areas import ENGLAND
from geo.errors import LookupGapError

REGIONS: Final = {
    "North East": "E12000001",
    "North West": "E12000002",
    "Yorkshire and The Humber": "E12000003",
    "East Midlands": "E12000004",
    "West Midlands": "E12000005",
    "East of England": "E12000006",
    "London": "E12000007",
    "South East": "E12000008",
    "South West": "E12000009",
}
"""ONS codes by name."""

GROUPINGS: Final = (
    "ENG",
    "RGN24",
    "ICB26",
    "ICB24",
    "SICBL24",
    "UTLA23",
    "LAD24",
    "PLACE26",
    "PLACE24",
    "WD24",
    "PCN26",
    "MSOA21",
)
"""Area types that are groupings of LSOAs, from the largest down; columns of `lsoa_table`."""

CORRECTIONS: Final = {
    "E01027305": (
        {"lad24": "E06000062", "lad24_name": "West Northamptonshire", "region": "East Midlands"},
        "best-fitted to Cherwell by the 2024 look-ups, but it lies in West Northamptonshire",
    ),
}
"""Where a look-up is known to be wrong: LSOA, what it should say, and why."""

NO_WARD: Final = {
    "E01027305": "best-fitted to a ward of Cherwell, but it lies in West Northamptonshire",
}
"""LSOAs that the look-up of wards puts in another authority: in no ward, and why."""

NO_NETWORK: Final = "U"
"""What the look-up of primary care networks says where most patients' practice is in none."""

FORMER_CCG_PLACES: Final = {"QXU"}
"""ICSs whose places are those of their former clinical commissioning groups."""


def lsoa_table(
    *,
    icb24: pd.DataFrame,
    icb26: pd.DataFrame,
    msoa: pd.DataFrame,
    ward: pd.DataFrame,
    rural_urban: pd.DataFrame,
    utla: pd.DataFrame,
    places: pd.DataFrame,
    pcn: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join the look-ups on LSOA code.

    Parameters
    ----------
    icb24, icb26, msoa, ward, rural_urban, utla, places, pcn : pandas.DataFrame
        Frames of the readers of the same look-ups.

    Returns
    -------
    lsoas : pandas.DataFrame
        One row an LSOA: `lsoa21`, `name`, `rural_urban`, and a code column for each of
        `GROUPINGS`; ordered so that neighbours stand together. Missing where an LSOA is in none:
        most of its patients in no network, or its ward not known (`NO_WARD`).
    names : pandas.DataFrame
        `area_type`, `area_code`, `name`, `nhs_code` of every grouping.

    Raises
    ------
    LookupGapError
        When a look-up lacks an LSOA that another has, or puts it in a ward of another authority.
    """
    table = icb24.rename(columns={"lsoa21_name": "name"})
    for other, name in (
        (icb26, "ICB 2026"),
        (msoa, "MSOA"),
        (ward.rename(columns={"lad24": "ward24_lad24"}), "ward 2024"),
        (rural_urban, "rural-urban"),
    ):
        gap = set(table["lsoa21"]) ^ set(other["lsoa21"])
        if gap:
            raise LookupGapError(
                f"LSOA {min(gap)} is in one of the ICB 2024 and {name} look-ups but not in both; "
                "fetch both again from the same edition."
            )
        table = table.merge(other, on="lsoa21", validate="1:1")
    table = _corrected(table)
    astray = table["ward24_lad24"] != table["lad24"]
    unknown = set(table.loc[astray, "lsoa21"]).difference(NO_WARD)
    if unknown:
        raise LookupGapError(
            f"LSOA {min(unknown)} is in one authority in the ICB 2024 look-up and in a ward of "
            "another in the ward 2024 look-up; fetch both again from the same edition."
        )
    table["ward24"] = table["ward24"].mask(astray)
    table = table.merge(utla, left_on="lad24", right_on="lad23", how="left", validate="m:1")
    table = table.merge(places, on=["lsoa21", "icb24_nhs"], how="left", validate="1:1")
    table = table.merge(pcn[["lsoa21", "pcn26", "pcn26_name"]], on="lsoa21", how="left")
    table["region_code"] = table["region"].map(REGIONS)
    orphan = table[["utla23", "region_code", "pcn26"]].isna().any(axis=1)
    if orphan.any():
        raise LookupGapError(
            f"LSOA {table.loc[orphan, 'lsoa21'].iloc[0]} has no upper-tier authority, region or "
            "primary care network in the look-ups; fetch them again from the same edition."
        )
    table["pcn26"] = table["pcn26"].where(table["pcn26"] != NO_NETWORK)
    for vintage in ("24", "26"):
        table = table.join(_places(table, vintage))
    table["england"], table["england_name"] = ENGLAND, "England"
    columns = {
        "ENG": ("england", "england_name", None),
        "RGN24": ("region_code", "region", None),
        "ICB26": ("icb26", "icb26_name", "icb26_nhs"),
        "ICB24": ("icb24", "icb24_name", "icb24_nhs"),
        "SICBL24": ("sicbl24", "sicbl24_name", "sicbl24_nhs"),
        "UTLA23": ("utla23", "utla23_name", None),
        "LAD24": ("lad24", "lad24_name", None),
        "PLACE26": ("place26", "place26_name", None),
        "PLACE24": ("place24", "place24_name", None),
        "WD24": ("ward24", "ward24_name", None),
        "PCN26": ("pcn26", "pcn26_name", "pcn26"),
        "MSOA21": ("msoa21", "msoa21_name", None),
    }
    names = pd.concat(
        [
            pd.DataFrame(
                {
                    "area_type": kind,
                    "area_code": table[code],
                    "name": table[name],
                    "nhs_code": table[nhs] if nhs else "",
                }
            )
            .dropna(subset=["area_code"])
            .drop_duplicates("area_code")
            for kind, (code, name, nhs) in columns.items()
        ],
        ignore_index=True,
    )
    names["name"] = names["name"].map(_plain_name)
    lsoas = table.rename(columns={code: kind for kind, (code, _, _) in columns.items()})
    lsoas = lsoas[["lsoa21", "name", "rural_urban", *GROUPINGS]]
    order = ["RGN24", "ICB24", "LAD24", "MSOA21", "lsoa21"]
    return lsoas.sort_values(order, ignore_index=True), names


def nesting(fine: "pd.Series[str]", coarse: "pd.Series[str]") -> "pd.Series[str]":
    """Which coarse area each fine area lies in whole.

    Parameters
    ----------
    fine, coarse : pandas.Series of str
        Codes of the two groupings, one entry an LSOA.

    Returns
    -------
    pandas.Series of str
        Coarse code by fine code; fine areas that straddle two are left out.
    """
    pairs = pd.DataFrame({"fine": fine, "coarse": coarse}).drop_duplicates()
    whole = pairs[~pairs.duplicated("fine", keep=False)].set_index("fine")["coarse"]
    straddling = set(pairs["coarse"][pairs.duplicated("fine", keep=False)])
    return whole[~whole.isin(straddling)]


def containment(lsoas: pd.DataFrame, population: "pd.Series[float]") -> pd.DataFrame:
    """Every area with every larger one that it shares an LSOA with.

    Parameters
    ----------
    lsoas : pandas.DataFrame
        From `lsoa_table`.
    population : pandas.Series of float
        Residents by LSOA, aligned with `lsoas`.

    Returns
    -------
    pandas.DataFrame
        `child_type`, `child_code`, `parent_type`, `parent_code`, `share`: the share (0 to 1) of
        the child's residents who live in the parent; 1 where it lies in it whole.
    """
    parts = []
    kinds = [*GROUPINGS, "LSOA21"]
    table = lsoas.rename(columns={"lsoa21": "LSOA21"}).assign(people=population.to_numpy())
    for at, child in enumerate(kinds):
        whole = table.groupby(child)["people"].sum()
        for parent in kinds[:at]:
            shared = table.groupby([child, parent], sort=True)["people"].sum().reset_index()
            share = shared["people"] / shared[child].map(whole).replace(0, np.nan)
            parts.append(
                pd.DataFrame(
                    {
                        "child_type": child,
                        "child_code": shared[child],
                        "parent_type": parent,
                        "parent_code": shared[parent],
                        "share": share.fillna(1.0).round(6),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def unchanged_msoas(lookup: pd.DataFrame, msoa_of: Mapping[str, str]) -> "pd.Series[str]":
    """MSOAs of 2021 that cover the same ground as one MSOA of 2011.

    An LSOA of 2011 is named after its MSOA ('Hartlepool 009A' lies in 'Hartlepool 009'), so the
    exact LSOA look-up tells which MSOAs kept their ground.

    Parameters
    ----------
    lookup : pandas.DataFrame
        `lsoa11_name`, `lsoa21`, one row a pair.
    msoa_of : mapping
        MSOA 2021 code by LSOA 2021 code.

    Returns
    -------
    pandas.Series of str
        MSOA 2021 code by name of the MSOA of 2011.
    """
    old = lookup["lsoa11_name"].str.replace(r"[A-Z]+$", "", regex=True)
    pairs = pd.DataFrame({"old": old, "new": lookup["lsoa21"].map(msoa_of)}).drop_duplicates()
    alone = ~pairs.duplicated("old", keep=False) & ~pairs.duplicated("new", keep=False)
    return pairs[alone].set_index("old")["new"]


def _corrected(table: pd.DataFrame) -> pd.DataFrame:
    """Apply `CORRECTIONS`; one that is no longer needed is an error, so that it gets removed."""
    table = table.copy()
    for code, (right, reason) in CORRECTIONS.items():
        row = table.index[table["lsoa21"] == code]
        if len(row) and (table.loc[row, list(right)] == pd.Series(right)).all(axis=None):
            raise LookupGapError(
                f"LSOA {code} needs no correction any more ({reason}): the look-up is right now. "
                "Remove it from CORRECTIONS in geo/lookups.py."
            )
        for column, value in right.items():
            table.loc[row, column] = value
    return table


def _places(table: pd.DataFrame, vintage: str) -> pd.DataFrame:
    """Code and name of the place of each LSOA: the ICS's own, or the authority's part of it."""
    ics = table[f"icb{vintage}_nhs"]
    own = table["place"].notna()
    former = table["icb24_nhs"].isin(FORMER_CCG_PLACES)
    split = table.groupby("lad24")[f"icb{vintage}"].transform("nunique") > 1
    slug = table["place"].fillna("").str.upper().str.replace(r"[^A-Z0-9]+", "-", regex=True)
    name = table["place"].where(~former, table["place"] + " (former CCG area)")
    authority = table["lad24_name"].where(~split, table["lad24_name"] + " (part)")
    return pd.DataFrame(
        {
            f"place{vintage}": ics + "-" + slug.where(own, table["lad24"]),
            f"place{vintage}_name": name.where(own, authority),
        }
    )


def _plain_name(name: str) -> str:
    """'NHS Greater Manchester Integrated Care Board' -> 'Greater Manchester'; networks in case."""
    name = re.sub(r"^NHS (.*?) Integrated Care Board$", r"\1", name)
    name = re.sub(r"^NHS (.*? ICB - \w+)$", r"\1", name)
    if name.isupper():
        name = re.sub(r"[A-Z]+('[A-Z]+)?", lambda m: m[0] if m[0] == "PCN" else m[0].title(), name)
        name = re.sub(r"\b(And|Of|The|In|On|With|Upon)\b", lambda m: m[0].lower(), name)
    return name[:1].upper() + name[1:]
