"""Turn publishers' files into the snapshot: same input, same bytes.

Read every file, lay the areas out, make every figure by LSOA, keep what is published for larger
areas, write columnar files and a manifest.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from scipy import sparse

from data import aggregate, catalogue, estimate
from data.catalogue import Feed, Indicator
from data.errors import SourceError
from data.sources import paths, sources
from data.sources.reading import Parsed
from geo import boundaries, lookups

SCHEMA: Final = 2
"""Version of the snapshot's own layout."""

Floats = npt.NDArray[np.float64]
Inputs = Mapping[str, list[tuple[Path, Parsed]]]

AGES: Final = {
    "under5": (0, 5),
    "under15": (0, 15),
    "aged_15_24": (15, 25),
    "aged_25_44": (25, 45),
    "aged_45_64": (45, 65),
    "65plus": (65, 200),
    "75plus": (75, 200),
    "85plus": (85, 200),
}
"""Ages, from and below, that measures of the Census count."""

COUNT_DECIMALS: Final = 1
MEAN_DECIMALS: Final = 2
SCORE_DECIMALS: Final = 3
SPREAD_DECIMALS: Final = 2


@dataclass(frozen=True)
class Row:
    """One line of the table that a build ends with."""

    file: str
    source: str
    rows_read: int
    rows_used: int
    set_aside: Mapping[str, int]
    sha256: str


@dataclass(frozen=True)
class LsoaSeries:
    """One indicator in one period for every LSOA of 2021, in the order of the table of LSOAs.

    `top` is a count or, where `is_value`, the value itself; `bottom` its denominator or weight.
    `covered` is a share of registered patients; `england` the published totals where they are
    more than the sum of the LSOAs; `rates` are by practice, for the spread.
    """

    indicator: Indicator
    feed: Feed
    period: str
    top: Floats
    bottom: Floats
    is_value: bool = False
    covered: Floats | None = None
    england: tuple[float, float] | None = None
    rates: "pd.Series[float] | None" = None
    note: str = ""


@dataclass
class Ledger:
    """What happened to every published count that was apportioned."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, indicator: str, period: str, published: float, made: estimate.Apportioned
    ) -> None:
        """Record one measure; `made` has one column."""
        self.rows.append(
            {
                "indicator_id": indicator,
                "period": period,
                "published": round(published, 3),
                "in_england": round(float(made.areas.sum()), 3),
                "outside_england": round(float(made.outside[0]), 3),
                "unallocated": round(float(made.unallocated[0]), 3),
                "practice_without_registrations": round(float(made.unplaced[0]), 3),
            }
        )


def build(folder: Path, out: Path, *, tick: Callable[[str], None] = lambda _: None) -> list[Row]:
    """Read every publisher's file under `folder` and write the snapshot to `out`.

    Parameters
    ----------
    tick : callable
        Called with the name of each step as it begins.

    Raises
    ------
    SourceError
        When a file is missing or not as its layout says; `out` is then untouched.
    """
    inputs, report = read_all(folder, tick)
    tick("areas")
    lsoas, names = _lsoas(inputs)
    tick("boundaries")
    shapes = _shapes(inputs, lsoas)
    tick("where patients live")
    where, weights = _where(inputs, lsoas)
    everyone = np.asarray(where.residents.sum(axis=0)).ravel()
    lsoas["registered"] = np.round(everyone).astype("int32")
    ledger = Ledger()
    made = list(_lsoa_series(inputs, lsoas, where, weights, ledger, tick))
    tick("published figures")
    networks = _network_areas(inputs, lsoas, where, shapes)
    published, dropped = _published(inputs, lsoas, networks)
    tick("writing")
    files = {
        "lsoas": lsoas,
        "names": names,
        "practices": _practices(inputs),
        "networks": networks,
        "published": published,
        **_columns(made, lsoas, where, tick),
    }
    _write(out, files, shapes, report, ledger, dropped)
    return report


def read_all(
    folder: Path, tick: Callable[[str], None] = lambda _: None
) -> tuple[Inputs, list[Row]]:
    """Read every file of every source.

    Raises
    ------
    SourceError
        When a source has no file in `folder`, or a file is not as its layout says.
    """
    inputs: dict[str, list[tuple[Path, Parsed]]] = {}
    report = []
    pinned = {entry.source for entry in catalogue.files()}
    for name, source in sources().items():
        found = paths(source, folder)
        if not found and name in pinned:
            raise SourceError(
                source.files[0],
                found=f"no such file in {folder}",
                expected="at least one",
                advice="Run 'python -m data.ingest fetch', or name the folder that has it.",
            )
        inputs[name] = []
        for path in found:
            tick(path.name)
            parsed = source.parse(path)
            inputs[name].append((path, parsed))
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            report.append(
                Row(
                    str(path.relative_to(folder)),
                    name,
                    parsed.rows_read,
                    parsed.rows_used,
                    dict(parsed.set_aside),
                    digest,
                )
            )
    return inputs, report


def _frame(inputs: Inputs, source: str) -> pd.DataFrame:
    return pd.concat([parsed.frame for _, parsed in inputs[source]], ignore_index=True)


def _lsoas(inputs: Inputs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Table of LSOAs with their groupings, people and deprivation ranks; names of the groupings."""
    lsoas, names = lookups.lsoa_table(
        icb24=_frame(inputs, "ons_lsoa_icb24"),
        icb26=_frame(inputs, "nhse_lsoa_icb26"),
        msoa=_frame(inputs, "ons_lsoa_msoa21"),
        ward=_frame(inputs, "ons_lsoa_ward24"),
        rural_urban=_frame(inputs, "ons_lsoa_rural_urban"),
        utla=_frame(inputs, "ons_ltla_utla"),
        places=_frame(inputs, "ics_places"),
        pcn=_frame(inputs, "nhse_lsoa_pcn"),
    )
    local = _frame(inputs, "hocl_msoa_names").set_index("msoa21")["msoa21_local_name"]
    here = names["area_type"] == "MSOA21"
    names.loc[here, "name"] = names.loc[here, "area_code"].map(local).fillna(names["name"])
    people = _frame(inputs, "ons_population").set_index("lsoa21")
    iod = _frame(inputs, "mhclg_iod2025")
    ranks = iod.pivot(index="lsoa21", columns="measure", values="rank")  # noqa: PD010 - unique
    for column, source in (("population", "total"), ("adults", "adults"), ("children", "children")):
        lsoas[column] = lsoas["lsoa21"].map(people[source])
    for measure in ranks:
        lsoas[f"rank_{measure}"] = lsoas["lsoa21"].map(ranks[measure])
    gap = lsoas[lsoas[["population", "rank_imd"]].isna().any(axis=1)]
    if len(gap):
        raise SourceError(
            "mid-2024 population or IoD 2025",
            found=f"no row for LSOA {gap['lsoa21'].iloc[0]}",
            expected=f"all {len(lsoas):,} LSOAs of England",
        )
    whole = ["population", "adults", "children", *(f"rank_{measure}" for measure in ranks)]
    return lsoas.astype(dict.fromkeys(whole, "int32")), names


def _shapes(inputs: Inputs, lsoas: pd.DataFrame) -> npt.NDArray[np.object_]:
    drawn = _frame(inputs, "ons_lsoa_boundaries").set_index("lsoa21")["geometry"]
    missing = lsoas.loc[~lsoas["lsoa21"].isin(drawn.index), "lsoa21"]
    if len(missing):
        raise SourceError(
            "LSOA boundaries",
            found=f"no polygon for {missing.iloc[0]} and {len(missing) - 1} others",
            expected=f"all {len(lsoas):,} LSOAs of England",
        )
    return boundaries.clean(drawn.reindex(lsoas["lsoa21"]).to_numpy())


def _where(inputs: Inputs, lsoas: pd.DataFrame) -> tuple[estimate.Registrations, pd.DataFrame]:
    census = _frame(inputs, "census_disability").set_index("lsoa21")["denominator"]
    weights = estimate.lsoa_weights(_frame(inputs, "ons_lsoa11_lsoa21"), census)
    newest = max(inputs["nhse_registrations_lsoa"], key=lambda item: item[1].frame["period"].max())
    try:
        where = estimate.registrations(newest[1].frame, weights, pd.Index(lsoas["lsoa21"]))
    except KeyError as error:
        raise _unknown(newest[0].name, str(error.args[0]), lsoas) from error
    return where, weights


def _unknown(where: str, found: str, lsoas: pd.DataFrame) -> SourceError:
    return SourceError(
        where,
        found=found,
        expected=f"one of the {len(lsoas):,} LSOAs of England, or one of 2011 that became them",
        advice="Correct the code, or fetch the file and the look-ups of LSOAs again.",
    )


def _lsoa_series(
    inputs: Inputs,
    lsoas: pd.DataFrame,
    where: estimate.Registrations,
    weights: pd.DataFrame,
    ledger: Ledger,
    tick: Callable[[str], None],
) -> Iterable[LsoaSeries]:
    tables = {
        name: figures
        for name in inputs
        if (figures := _figures(inputs, name, lsoas, weights)) is not None
    }
    network = _networks(inputs)
    for entry in catalogue.indicators().values():
        for feed in entry.feeds:
            if feed.geography not in ("GP", "PCN22", "LSOA21", "LSOA11"):
                continue
            table = tables[feed.source]
            table = table[table["measure"] == feed.measure]
            for period in feed.periods:
                rows = table[table["period"] == period].set_index("area_code")
                if rows.empty:
                    raise SourceError(
                        feed.source,
                        found=f"no '{feed.measure}' for {period}",
                        expected=f"figures for the indicator '{entry.id}'",
                        advice="Correct the indicator's feed or add the publisher's file.",
                    )
                tick(f"{entry.short_name}, {period}")
                if feed.geography == "GP":
                    yield _attributed(entry, feed, period, rows, tables, where, ledger)
                elif feed.geography == "PCN22":
                    yield _inherited(entry, feed, period, rows, network, where)
                else:
                    yield _by_lsoa(entry, feed, period, rows, lsoas)


def _attributed(
    entry: Indicator,
    feed: Feed,
    period: str,
    rows: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    where: estimate.Registrations,
    ledger: Ledger,
) -> LsoaSeries:
    """Share practices' counts out; where only a rate is published, weigh it by who is eligible."""
    counts = rows[["count", "denominator"]]
    is_value = bool(counts["count"].isna().all())
    if is_value:
        counts = _eligible(rows, tables[feed.source], where)
    counts = counts.dropna()
    made = estimate.apportion(counts, where)
    if not is_value:
        one = estimate.apportion(counts[["count"]], where)
        ledger.add(entry.id, period, float(counts["count"].sum()), one)
    total = made.total
    top, bottom = made.areas.T
    return LsoaSeries(
        entry,
        feed,
        period,
        top=np.divide(top * entry.per, bottom, out=np.full_like(top, np.nan), where=bottom > 0)
        if is_value
        else top,
        bottom=bottom,
        is_value=is_value,
        covered=estimate.covered(pd.Index(counts.index), where),
        england=(float(total[0]), float(total[1])),
        rates=(counts["count"] / counts["denominator"].replace(0, np.nan)) * entry.per,
    )


def _eligible(
    rows: pd.DataFrame, table: pd.DataFrame, where: estimate.Registrations
) -> pd.DataFrame:
    """Counts behind the rates of QOF 2021-22: eligible = patients x recorded prevalence."""
    prevalence = table[table["measure"] == "DM"].set_index("area_code")["value"] / 100
    patients = pd.Series(where.patients, index=where.practices)
    eligible = prevalence.reindex(rows.index) * patients.reindex(rows.index)
    return pd.DataFrame({"count": rows["value"] / 100 * eligible, "denominator": eligible})


def _inherited(
    entry: Indicator,
    feed: Feed,
    period: str,
    rows: pd.DataFrame,
    network: "pd.Series[str]",
    where: estimate.Registrations,
) -> LsoaSeries:
    rates = rows[["value"]].dropna() / entry.per
    top = estimate.inherit(rates, network, where)
    bottom = estimate.inherit_weights(rates, network, where)
    by_practice = rates["value"].reindex(network.reindex(where.practices)).set_axis(where.practices)
    weight = bottom.areas[:, 0]
    mean = np.divide(top.areas[:, 0], weight, out=np.full(len(weight), np.nan), where=weight > 0)
    return LsoaSeries(
        entry,
        feed,
        period,
        top=mean * entry.per,
        bottom=weight,
        is_value=True,
        covered=estimate.covered(pd.Index(by_practice.dropna().index), where),
        england=(float(top.total[0]), float(bottom.total[0])),
        rates=by_practice * entry.per,
    )


def _by_lsoa(
    entry: Indicator, feed: Feed, period: str, rows: pd.DataFrame, lsoas: pd.DataFrame
) -> LsoaSeries:
    unknown = rows.index.difference(pd.Index(lsoas["lsoa21"]))
    if len(unknown):
        raise _unknown(feed.source, f"{unknown[0]}, which is not an LSOA of 2021", lsoas)
    rows = rows.reindex(lsoas["lsoa21"])
    is_value = bool(rows["count"].isna().all())
    return LsoaSeries(
        entry,
        feed,
        period,
        top=rows["value" if is_value else "count"].to_numpy("float64"),
        bottom=rows["denominator"].to_numpy("float64"),
        is_value=is_value,
        note="converted from LSOAs of 2011" if feed.geography == "LSOA11" else "",
    )


def _figures(
    inputs: Inputs, source: str, lsoas: pd.DataFrame, weights: pd.DataFrame
) -> pd.DataFrame | None:
    """Figures of one source as `measure, area_type, area_code, period, count, denominator, ...`."""
    if not inputs[source]:
        return None
    frame = _frame(inputs, source)
    people = lsoas.set_index("lsoa21")["population"]
    if source == "mhclg_iod2025":
        return pd.DataFrame(
            {
                "measure": frame["measure"],
                "area_type": "LSOA21",
                "area_code": frame["lsoa21"],
                "period": "2025",
                "count": np.nan,
                "denominator": frame["lsoa21"].map(people),
                "value": frame["score"]
                * frame["measure"].isin(["income", "employment"]).map({True: 100, False: 1}),
            }
        )
    if source == "census_age":
        start = frame["age"].str.extract(r"(\d+)")[0].astype(int)
        total = frame.groupby("lsoa21")["count"].sum()
        return pd.concat(
            [
                _census(
                    name,
                    frame[start.ge(low) & start.lt(high)].groupby("lsoa21")["count"].sum(),
                    total,
                )
                for name, (low, high) in AGES.items()
            ]
        )
    if source == "census_ethnicity":
        total = frame.groupby("lsoa21")["count"].sum()
        return pd.concat(
            [
                _census(str(name), rows.set_index("lsoa21")["count"], total)
                for name, rows in frame.groupby("group")
            ]
        )
    if source == "census_disability":
        frame = frame.set_index("lsoa21")
        return _census("disabled", frame["count"], frame["denominator"])
    if source == "ons_lsoa_rural_urban":
        everyone = lsoas.set_index("lsoa21")["population"].astype("float64")
        rural = lsoas.set_index("lsoa21")["rural_urban"].str.startswith("R")
        return _census("rural", everyone * rural, everyone)
    if source == "nhse_registrations_age":
        return _registered(frame)
    if "measure" not in frame:
        return None
    old = frame["area_type"] == "LSOA11"
    if old.any():
        frame = pd.concat([frame[~old], _converted(frame[old], weights)], ignore_index=True)
    return frame


def _census(
    measure: str, count: "pd.Series[float]", denominator: "pd.Series[float]"
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "measure": measure,
            "area_type": "LSOA21",
            "area_code": count.index,
            "period": "2021",
            "count": count.to_numpy("float64"),
            "denominator": denominator.reindex(count.index).to_numpy("float64"),
            "value": np.nan,
        }
    )


def _registered(frame: pd.DataFrame) -> pd.DataFrame:
    """Registered patients aged 65 and over by ICB."""
    frame = frame[(frame["org_type"] == "ICB")]
    start = frame["age"].str.extract(r"(\d+)")[0].astype("float64")
    old = frame[start.ge(65)].groupby(["ons_code", "period"])["patients"].sum()
    total = (frame["age"] == "all") & (frame["sex"] == "all")
    everyone = frame[total].groupby(["ons_code", "period"])["patients"].sum()
    out = pd.DataFrame({"count": old, "denominator": everyone}).reset_index()
    out = out.rename(columns={"ons_code": "area_code"})
    return out.assign(measure="65plus", area_type="ICB26", value=np.nan)


def _converted(frame: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for (measure, period), rows in frame.groupby(["measure", "period"]):
        by_code = rows.set_index("area_code")
        try:
            moved = {
                name: estimate.to_lsoa21(by_code[name], weights)
                for name in ("count", "denominator")
            }
        except KeyError as error:
            raise _unknown(str(measure), str(error.args[0]), weights) from error
        parts.append(
            pd.DataFrame(moved)
            .rename_axis("area_code")
            .reset_index()
            .assign(
                measure=str(measure), period=str(period), area_type="LSOA21", value=np.nan, note=""
            )
        )
    return pd.concat(parts, ignore_index=True)


def _networks(inputs: Inputs) -> "pd.Series[str]":
    """Primary care network of each practice in 2021-22, from the maps of the years around it."""
    maps = _frame(inputs, "nhse_qof_map")
    known = maps[maps["pcn"].str.fullmatch(r"U\d{5}")]
    order = {"2022-23": 0, "2020-21": 1}
    known = known.assign(order=known["period"].map(order)).dropna(subset=["order"])
    known = known.sort_values(["practice", "order"])
    return known.drop_duplicates("practice").set_index("practice")["pcn"]


AGGREGATED: Final = {
    "SICBL24": ("ICB24", "ICB26", "RGN24", "ENG"),
    "UTLA23": ("RGN24", "ENG"),
    "ICB24": ("ICB26",),
    "ICB26": ("ENG",),
    "LAD24": (),
    "PCN22": (),
    "MSOA11": (),
}
"""Where figures published for larger areas are added up to, by native type."""


NOT_AN_AREA: Final = {
    "MSOA11": "neighbourhood whose boundary changed in 2021",
    "SICBL24": "code of a former clinical commissioning group",
    "PCN22": "network without a practice in the maps of 2020-21 and 2022-23",
}
"""Why figures of a native type can have no area, where the reason is known."""


def _published(
    inputs: Inputs, lsoas: pd.DataFrame, networks: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, dict[str, int]]]:
    """Figures that publishers give for areas larger than an LSOA, and their sums.

    Also returns how many figures of each source were set aside, by reason.
    """
    dropped: dict[str, dict[str, int]] = {}
    aliases = _aliases(inputs)
    msoa = _msoas_of_2011(inputs, lsoas)
    parts = []
    for entry in catalogue.indicators().values():
        for feed in entry.feeds:
            if feed.geography not in AGGREGATED:
                continue
            rows = _figures(inputs, feed.source, lsoas, pd.DataFrame())
            assert rows is not None, feed.source  # noqa: S101 - read_all refused it before
            kinds = [feed.geography, "ENG", "RGN24"]
            rows = rows[
                (rows["measure"] == feed.measure)
                & rows["period"].isin(feed.periods)
                & rows["area_type"].isin(kinds)
            ].copy()
            code = rows["area_code"]
            if feed.geography in aliases:
                rows["area_code"] = code.map(aliases[feed.geography]).fillna(code)
            if feed.geography == "MSOA11":
                rows["area_type"] = "MSOA21"
                rows["area_code"] = code.map(msoa)
            known = _known(rows, lsoas, networks)
            if not known.all():
                reasons = dropped.setdefault(feed.source, {})
                reason = NOT_AN_AREA.get(feed.geography, "code is not an area of the atlas")
                reasons[reason] = reasons.get(reason, 0) + int((~known).sum())
            rows = rows[known].assign(indicator_id=entry.id, method="direct", source=feed.source)
            parts.append(rows)
            targets = [t for t in AGGREGATED[feed.geography] if t not in set(rows["area_type"])]
            native = rows[rows["area_type"] == feed.geography]
            if entry.additive and targets and native["count"].notna().any():
                sums = aggregate.unite(native, lsoas, targets)
                parts.append(sums.assign(method="aggregated", source=feed.source))
    out = pd.concat(parts, ignore_index=True)
    per = out["indicator_id"].map({k: v.per for k, v in catalogue.indicators().items()})
    made = per * out["count"] / out["denominator"].replace(0, np.nan)
    # a value that follows from its counts is not kept; the load makes it again
    out["value"] = out["value"].where(made.isna())
    out["note"] = out["note"].fillna("")
    thin = out["covered"].lt(estimate.COVERED_SHOWN)
    out.loc[thin, ["count", "denominator", "value"]] = np.nan
    columns = ["indicator_id", "period", "area_type", "area_code", "method", "source", "count"]
    columns += ["denominator", "value", "lower_ci", "upper_ci", "covered", "note"]
    key = ["indicator_id", "period", "area_type", "area_code"]
    return out[columns].drop_duplicates(key).sort_values(key, ignore_index=True), dropped


def _aliases(inputs: Inputs) -> Mapping[str, Mapping[str, str]]:
    """ONS code of ICBs and sub-ICB locations by NHS code, and by the ONS codes of other years."""
    lookup = _frame(inputs, "ons_lsoa_icb24")
    out = {}
    for kind, name in (("ICB24", "icb24"), ("SICBL24", "sicbl24")):
        once = lookup.drop_duplicates(name)
        out[kind] = dict(zip(once[f"{name}_nhs"], once[name], strict=True))
    for source in ("nhse_qof_map", "nhse_practice_map"):
        other = _frame(inputs, source)[["sicbl", "sicbl_nhs"]].drop_duplicates()
        for ons, nhs in other.itertuples(index=False, name=None):
            if nhs in out["SICBL24"] and ons not in lookup["sicbl24"].to_numpy():
                out["SICBL24"].setdefault(ons, out["SICBL24"][nhs])
    return out


def _known(rows: pd.DataFrame, lsoas: pd.DataFrame, networks: pd.DataFrame) -> "pd.Series[bool]":
    """Rows whose code is an area of the atlas."""
    valid = {kind: set(lsoas[kind]) for kind in rows["area_type"].unique() if kind in lsoas}
    valid["PCN22"] = set(networks["code"])
    pairs = zip(rows["area_type"], rows["area_code"], strict=True)
    return pd.Series([code in valid[kind] for kind, code in pairs], index=rows.index, dtype=bool)


def _msoas_of_2011(inputs: Inputs, lsoas: pd.DataFrame) -> Mapping[str, str]:
    """MSOA 2021 code by MSOA 2011 code, for those that cover the same ground."""
    by_name = lookups.unchanged_msoas(
        _frame(inputs, "ons_lsoa11_lsoa21"),
        dict(zip(lsoas["lsoa21"], lsoas["MSOA21"], strict=True)),
    )
    kept = set(by_name)
    return {code: code for code in kept}


def _network_areas(
    inputs: Inputs,
    lsoas: pd.DataFrame,
    where: estimate.Registrations,
    shapes: npt.NDArray[np.object_],
) -> pd.DataFrame:
    """Primary care networks of 2021-22: their larger areas, patients and middle.

    Returns
    -------
    pandas.DataFrame
        `code`, `name`, `SICBL24`, `ICB24`, `population` (registered patients who live in England),
        `core20` (those in deciles 1 and 2), `longitude`, `latitude` (mean of patients' LSOAs,
        weighted), ordered by code.
    """
    maps = _frame(inputs, "nhse_qof_map")
    maps = maps[maps["pcn"].str.fullmatch(r"U\d{5}")].sort_values("period", ascending=False)
    aliases = _aliases(inputs)
    table = maps.drop_duplicates("pcn").set_index("pcn").sort_index()
    by_network = _networks(inputs).reindex(where.practices)
    member = pd.get_dummies(by_network).reindex(columns=table.index, fill_value=False)
    residents = sparse.csr_matrix(member.to_numpy("float64").T) @ where.residents
    total = np.asarray(residents.sum(axis=1)).ravel()
    weight = np.maximum(total, 1)
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    out = pd.DataFrame(
        {
            "code": table.index,
            "name": table["pcn_name"].str.strip().to_numpy(),
            "SICBL24": table["sicbl_nhs"].map(aliases["SICBL24"]).to_numpy(),
            "ICB24": table["icb_nhs"].map(aliases["ICB24"]).to_numpy(),
            "population": total.round().astype("int32"),
            "core20": (residents @ _core20(lsoas)).round().astype("int32"),
            "longitude": (residents @ middle[:, 0] / weight).round(5),
            "latitude": (residents @ middle[:, 1] / weight).round(5),
        }
    )
    return out[(out["population"] > 0) & out["ICB24"].notna()].reset_index(drop=True)


def _core20(lsoas: pd.DataFrame) -> Floats:
    """1 for the most deprived fifth of LSOAs, otherwise 0."""
    return np.asarray(lsoas["rank_imd"] <= len(lsoas) / 5, "float64")


def _practices(inputs: Inputs) -> pd.DataFrame:
    frame = _frame(inputs, "nhse_practice_locations")
    return frame.sort_values("practice", ignore_index=True)


def _decimals(series: LsoaSeries) -> int:
    if not series.is_value:
        return COUNT_DECIMALS
    return SCORE_DECIMALS if series.feed.method == "direct" else MEAN_DECIMALS


def _columns(
    made: list[LsoaSeries],
    lsoas: pd.DataFrame,
    where: estimate.Registrations,
    tick: Callable[[str], None],
) -> dict[str, pd.DataFrame]:
    """Lay the series out as whole-number columns, a shared column where two are the same."""
    columns: dict[str, npt.NDArray[np.float64]] = {}
    shared: dict[bytes, str] = {}

    def keep(values: Floats, decimals: int, *, total: bool) -> str:
        if total:
            values = estimate.round_keeping_total(values, decimals)
        whole = np.round(values * 10.0**decimals)
        digest = hashlib.sha256(whole.tobytes() + bytes([decimals])).digest()
        if digest not in shared:
            shared[digest] = f"c{len(shared)}_{decimals}"
            columns[shared[digest]] = whole
        return shared[digest]

    msoa, msoas = pd.factorize(lsoas["MSOA21"], sort=True)
    spreads: dict[str, npt.NDArray[np.float64]] = {}
    rows = []
    for at, series in enumerate(made):
        tick(f"spread of {series.indicator.short_name}, {series.period}")
        row: dict[str, Any] = {
            "indicator_id": series.indicator.id,
            "period": series.period,
            "method": series.feed.method,
            "source": series.feed.source,
            "is_value": series.is_value,
            "top": keep(
                series.top,
                _decimals(series),
                total=not series.is_value,
            ),
            "bottom": keep(series.bottom, COUNT_DECIMALS, total=True),
            "covered": "" if series.covered is None else keep(series.covered, 4, total=False),
            "england_count": series.england[0] if series.england else np.nan,
            "england_denominator": series.england[1] if series.england else np.nan,
            "low": "",
            "high": "",
            "msoa_low": "",
            "msoa_high": "",
            "note": series.note,
        }
        if series.rates is not None:
            by_practice = series.rates.to_frame()
            alone = np.arange(len(lsoas), dtype=np.int64)
            low, high = estimate.spread(by_practice, where, alone, len(lsoas))[:, :, 0]
            row["low"] = keep(low, SPREAD_DECIMALS, total=False)
            row["high"] = keep(high, SPREAD_DECIMALS, total=False)
            ends = estimate.spread(by_practice, where, msoa.astype(np.int64), len(msoas))[:, :, 0]
            for name, values in zip(("msoa_low", "msoa_high"), ends, strict=True):
                row[name] = f"{name}{at}"
                spreads[row[name]] = np.round(values * 10.0**SPREAD_DECIMALS)
        rows.append(row)
    return {
        "lsoa_figures": pd.DataFrame(columns).astype("Int32"),
        "msoa_spread": pd.DataFrame({"msoa21": msoas, **spreads}).astype(
            dict.fromkeys(spreads, "Int32")
        ),
        "series": pd.DataFrame(rows),
    }


def _write(
    out: Path,
    files: Mapping[str, pd.DataFrame],
    shapes: npt.NDArray[np.object_],
    report: list[Row],
    ledger: Ledger,
    dropped: Mapping[str, Mapping[str, int]],
) -> None:
    part = out.with_name(f"{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    written = []
    series = files["series"]
    plain = set(series["low"]) | set(series["high"]) | set(series["covered"])
    for name, frame in files.items():
        path = part / f"{name}.parquet"
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        whole = [f.name for f in table.schema if pa.types.is_int32(f.type)]
        # spreads repeat the same few rates and pack best as they are
        split = [] if "spread" in name else [c for c in whole if c not in plain]
        pq.write_table(
            table,
            path,
            compression="zstd",
            compression_level=19,
            use_dictionary=[f.name for f in table.schema if f.name not in whole],
            column_encoding=dict.fromkeys(split, "BYTE_STREAM_SPLIT") or None,
            row_group_size=1 << 22,
        )
        written.append(path)
    boundaries.write(part / "boundaries.parquet", files["lsoas"]["lsoa21"], shapes)
    written.append(part / "boundaries.parquet")
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(written)}
    pinned = {entry.path: entry for entry in catalogue.files()}
    manifest = {
        "schema": SCHEMA,
        "build": hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()[:16],
        "files": hashes,
        "sources": [
            {
                "file": row.file,
                "source": row.source,
                "sha256": row.sha256,
                "pinned": row.file in pinned and pinned[row.file].sha256 == row.sha256,
                "publisher": pinned[row.file].publisher if row.file in pinned else "",
                "title": pinned[row.file].title if row.file in pinned else "",
                "licence": pinned[row.file].licence if row.file in pinned else "",
                "rows_read": row.rows_read,
                "rows_used": row.rows_used,
                "set_aside": row.set_aside,
            }
            for row in report
        ],
        "apportioned": ledger.rows,
        "set_aside": dropped,
    }
    (part / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    shutil.rmtree(out, ignore_errors=True)
    part.rename(out)
