"""From GP practices to the places where their patients live.

cases(l, c) = sum over practices p of register(p, c) x patients(p, l) / patients(p), and the
denominator likewise from the list of the right age. Nothing is lost: what reaches the LSOAs of
England, plus what lies outside England, is unallocated by the publisher or belongs to a practice
without registrations, adds up to what was published.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

COVERED_FLAG = 0.9
"""Below this share of registered patients a figure is shown with a flag."""
COVERED_SHOWN = 0.5
"""Below this share a figure is not shown."""


@dataclass(frozen=True)
class Registrations:
    """Where each practice's patients live.

    Attributes
    ----------
    practices, areas : pandas.Index of str
        Practice codes; LSOA 2021 codes, in the order of every array made from this.
    shares : scipy.sparse.csr_matrix, practices x areas, float64
        Share of a practice's patients who live in each LSOA of England, 0 to 1.
    patients : numpy.ndarray of float64, one a practice
        Patients on the practice's list, wherever they live.
    outside, unallocated : numpy.ndarray of float64, one a practice
        Share living outside England, and share that the publisher did not place.
        With its row of `shares` they add up to 1.
    """

    practices: "pd.Index[str]"
    areas: "pd.Index[str]"
    shares: sparse.csr_matrix
    patients: Floats
    outside: Floats
    unallocated: Floats

    @property
    def residents(self) -> sparse.csr_matrix:
        """Patients of each practice (rows) in each LSOA (columns)."""
        return sparse.diags_array(self.patients).tocsr() @ self.shares


@dataclass(frozen=True)
class Apportioned:
    """What became of the counts of practices.

    Attributes
    ----------
    areas : numpy.ndarray of float64, areas x measures
        Counts by LSOA.
    outside, unallocated, unplaced : numpy.ndarray of float64, one a measure
        Counts outside England, not placed by the publisher, and of practices that have no
        registrations. With the sum of `areas` they add up to what was published.
    """

    areas: Floats
    outside: Floats
    unallocated: Floats
    unplaced: Floats

    @property
    def total(self) -> Floats:
        """Everything published, by measure."""
        return np.asarray(self.areas.sum(axis=0) + self.outside + self.unallocated + self.unplaced)


def lsoa_weights(lookup: pd.DataFrame, population: "pd.Series[float]") -> pd.DataFrame:
    """How each LSOA of 2011 is shared among the LSOAs of 2021 that the look-up pairs it with.

    Unchanged and merged LSOAs pair with one and go there whole; split and irregular ones are
    shared by the population of the parts, equally where nobody lives in any.

    Parameters
    ----------
    lookup : pandas.DataFrame
        `lsoa11`, `lsoa21`, one row a pair.
    population : pandas.Series of float
        Residents by LSOA 2021 code.

    Returns
    -------
    pandas.DataFrame
        `lsoa11`, `lsoa21`, `weight` (0 to 1); the weights of each `lsoa11` add up to 1.
    """
    out = lookup[["lsoa11", "lsoa21"]].copy()
    people = out["lsoa21"].map(population).fillna(0).astype("float64")
    whole = people.groupby(out["lsoa11"]).transform("sum")
    parts = people.groupby(out["lsoa11"]).transform("size")
    out["weight"] = np.where(whole > 0, people / whole.where(whole > 0, 1), 1 / parts)
    return out


def to_lsoa21(counts: "pd.Series[float]", weights: pd.DataFrame) -> "pd.Series[float]":
    """Move counts by LSOA 2011 to LSOA 2021; the total is kept.

    Raises
    ------
    KeyError
        When a code is not in `weights`.
    """
    unknown = counts.index.difference(pd.Index(weights["lsoa11"]))
    if len(unknown):
        raise KeyError(f"{unknown[0]} is not an LSOA of 2011 in the look-up")
    moved = weights["lsoa11"].map(counts).fillna(0) * weights["weight"]
    return moved.groupby(weights["lsoa21"]).sum()


def registrations(
    rows: pd.DataFrame, weights: pd.DataFrame, areas: "pd.Index[str]"
) -> Registrations:
    """Lay registrations by practice and LSOA out as shares by LSOA 2021.

    Parameters
    ----------
    rows : pandas.DataFrame
        `practice`, `lsoa`, `lsoa_vintage` ('2011' or '2021'), `patients`. An `lsoa` that starts
        with 'NO' is unallocated; one that is not of England lies outside.
    weights : pandas.DataFrame
        From `lsoa_weights`; used for rows of 2011.
    areas : pandas.Index of str
        Every LSOA 2021 of England.

    Raises
    ------
    KeyError
        When a code of England is not an LSOA of its vintage.
    """
    # a practice without a patient has nobody to share its counts among: they stay unplaced
    rows = rows[rows.groupby("practice")["patients"].transform("sum") > 0]
    practice_of, practices = pd.factorize(rows["practice"], sort=True)
    patients = rows["patients"].to_numpy("float64")
    total: Floats = np.bincount(practice_of, patients, len(practices)).astype("float64")
    lsoa = rows["lsoa"]
    nowhere = lsoa.str.startswith("NO").to_numpy()
    of_2011 = (rows["lsoa_vintage"] == "2011").to_numpy()
    placed = np.where(of_2011, lsoa.isin(weights["lsoa11"]), lsoa.isin(areas)) & ~nowhere
    unknown = lsoa.str.startswith("E").to_numpy() & ~placed
    if unknown.any():
        code, vintage = rows.loc[unknown, ["lsoa", "lsoa_vintage"]].iloc[0]
        raise KeyError(f"{code} is not an LSOA of {vintage} in the look-up")

    here = pd.DataFrame(
        {"practice": practice_of[placed], "lsoa": lsoa[placed].array, "patients": patients[placed]}
    )
    old = here[of_2011[placed]].merge(weights, left_on="lsoa", right_on="lsoa11", how="left")
    new = here[~of_2011[placed]]
    at = areas.get_indexer(pd.Index(np.concatenate([old["lsoa21"], new["lsoa"]])))
    size = np.concatenate([old["patients"] * old["weight"], new["patients"]])
    by = np.concatenate([old["practice"], new["practice"]])
    shares = sparse.csr_matrix(
        (size / total[by], (by, at)), shape=(len(practices), len(areas)), dtype=np.float64
    )
    shares.sum_duplicates()

    def share(which: npt.NDArray[np.bool_]) -> Floats:
        return np.bincount(practice_of[which], patients[which], len(practices)) / total

    return Registrations(
        practices=pd.Index(practices),
        areas=areas,
        shares=shares,
        patients=total,
        outside=share(~placed & ~nowhere),
        unallocated=share(nowhere),
    )


def apportion(counts: pd.DataFrame, where: Registrations) -> Apportioned:
    """Share counts of practices out to the LSOAs where their patients live.

    Parameters
    ----------
    counts : pandas.DataFrame
        One row a practice (index: practice code), one column a measure; NaN counts as nothing.
    """
    known = counts.reindex(where.practices).fillna(0).to_numpy("float64")
    return Apportioned(
        areas=np.asarray(where.shares.T @ known),
        outside=where.outside @ known,
        unallocated=where.unallocated @ known,
        unplaced=counts[~counts.index.isin(where.practices)].sum().to_numpy("float64"),
    )


def covered(present: "pd.Index[str]", where: Registrations) -> Floats:
    """Share (0 to 1) of each LSOA's registered patients whose practice has a figure.

    NaN where nobody is registered.
    """
    residents = where.residents
    everyone = np.asarray(residents.sum(axis=0)).ravel()
    counted = residents.T @ where.practices.isin(present).astype("float64")
    share: Floats = np.full(len(everyone), np.nan)
    np.divide(counted, everyone, out=share, where=everyone > 0)
    return share


def inherit(rates: pd.DataFrame, network: "pd.Series[str]", where: Registrations) -> Apportioned:
    """Patient-weighted sums of the networks' rates by LSOA.

    Divided by the patients whose network has a rate (see `inherit_weights`), a column gives the
    patient-weighted mean of the rates of the networks that serve the LSOA.

    Parameters
    ----------
    rates : pandas.DataFrame
        One row a network (index: code), one column a measure, as fractions.
    network : pandas.Series of str
        Network by practice code.
    """
    by_practice = rates.reindex(network.reindex(where.practices)).to_numpy("float64")
    patients = where.patients[:, None]
    return apportion(pd.DataFrame(by_practice * patients, index=where.practices), where)


def inherit_weights(
    rates: pd.DataFrame, network: "pd.Series[str]", where: Registrations
) -> Apportioned:
    """Patients whose network has a rate, by LSOA; the denominators of `inherit`."""
    has = rates.reindex(network.reindex(where.practices)).notna().to_numpy("float64")
    return apportion(pd.DataFrame(has * where.patients[:, None], index=where.practices), where)


def spread(
    rates: pd.DataFrame,
    where: Registrations,
    group: Codes,
    groups: int,
    quantiles: Sequence[float] = (0.1, 0.9),
) -> Floats:
    """Patient-weighted quantiles of the rates of the practices that serve each area.

    The quantile q is the smallest rate such that practices with that rate or a lower one have at
    least the share q of the area's patients whose practice has a rate.

    Parameters
    ----------
    rates : pandas.DataFrame
        One row a practice (index: code), one column a measure; NaN has no rate.
    group : numpy.ndarray of int64
        Area of each LSOA, 0 to `groups` - 1.

    Returns
    -------
    numpy.ndarray of float64, quantiles x groups x measures
        NaN where no practice that serves the area has a rate.
    """
    residents = where.residents.tocoo()
    edges = sparse.csr_matrix(
        (residents.data, (group[residents.col], residents.row)),
        shape=(groups, len(where.practices)),
    ).tocoo()
    known = rates.reindex(where.practices).to_numpy("float64")
    out = np.full((len(quantiles), groups, known.shape[1]), np.nan)
    for m in range(known.shape[1]):
        rate = known[:, m]
        rank = np.empty(len(rate), np.int32)
        rank[np.argsort(rate, kind="stable")] = np.arange(len(rate), dtype=np.int32)
        use = ~np.isnan(rate[edges.col])
        if not use.any():
            continue
        area, practice, weight = edges.row[use], edges.col[use], edges.data[use]
        order = np.argsort(area.astype(np.int32) * np.int32(len(rate)) + rank[practice])
        area, practice, weight = area[order], practice[order], weight[order]
        running = np.cumsum(weight)
        total = np.bincount(area, weight, groups)
        before = np.concatenate([[0.0], np.cumsum(total)[:-1]])
        filled = total > 0
        for k, q in enumerate(quantiles):
            # the tolerance keeps an exact boundary on its own side after summing in floats
            at = np.searchsorted(running, before + q * total - 1e-9 * total)
            out[k, filled, m] = rate[practice[np.minimum(at, len(practice) - 1)]][filled]
    return out


def round_keeping_total(values: Floats, decimals: int) -> Floats:
    """Round so that every running total stays within half a unit of the last place.

    Sums of neighbouring rows, and the sum of all, therefore do not drift.

    Parameters
    ----------
    values : numpy.ndarray of float64
        Down the first axis; NaN stays NaN and adds nothing.
    """
    unit = 10.0**decimals
    running = np.round(np.cumsum(np.nan_to_num(values) * unit, axis=0))
    steps = np.diff(running, axis=0, prepend=0)
    return np.asarray(np.where(np.isnan(values), np.nan, steps / unit))
