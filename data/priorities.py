"""Priorities: areas ranked by criteria that somebody picks and weighs, and how sure the ranks are.

A score is the weighted mean of percentile ranks among the areas shown. Percentile ranks, because
figures are skewed and in unlike units: one extreme area would set the scale of all others, and a
criterion with a long tail would outweigh the rest whatever its weight. What they give up is how far
apart two areas are; only which is higher counts. (OECD and JRC 2008, Handbook on Constructing
Composite Indicators, chapter 5; weights and figures varied together as in its chapter 7.)
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from sqlalchemy import Engine

from data import catalogue, store
from data.errors import AtlasError
from data.estimate import COVERED_FLAG
from data.layers import newest
from data.profiles import ESTIMATES, NO_INTERVAL, NUMBERS, limited
from data.statistics import intervals
from geo.areas import AREA_TYPES

Area = tuple[str, str]
Floats = npt.NDArray[np.float64]
Direction = Literal["high", "low"]

PLAIN: Final[Mapping[str, str]] = {
    "deprivation": "imd",
    "people": "",
    "fuel_poverty": "fuel_poverty",
    "rurality": "rural",
}
"""Criteria that are one indicator; `people` is the number of residents."""

AGES: Final = (
    "census_under5", "census_under15", "census_65plus", "census_75plus", "census_85plus",
)  # fmt: skip
ETHNIC: Final = ("census_asian", "census_black", "census_mixed", "census_other", "census_white")
FAMILIES: Final = ("need", "coverage", "age", "ethnicity")
"""Criteria of which there are several, each written with its indicator: need.qof_dm."""

EITHER_WAY: Final = ("people", "rurality", "age", "ethnicity")
"""Criteria of which less can matter most; they are then written with a minus: -rurality."""

KNOWN: Final = ("deprivation", "people", "rurality", "age", "ethnicity")
"""Criteria whose figures are counts of everyone, or a published ranking: they do not vary."""

MOST: Final = 20
"""Criteria in one score, at most."""

SWAY: Final = 0.2
"""How far weights vary either way: a fifth."""

TOLD: Final = 0.975
"""Share of draws in which one area is above another when they can be told apart."""

TENTH: Final = float(stats.norm.ppf(0.9))
"""Standard deviations from the middle of a normal distribution to its 90th percentile."""


class NoPriorities(AtlasError):
    """Areas cannot be ranked as asked; the message says why."""


@dataclass(frozen=True)
class Criterion:
    """One thing that areas are ranked by.

    Attributes
    ----------
    id : str
        'need.qof_dm', 'coverage.qof_dm019', 'age.census_65plus', 'ethnicity.census_asian',
        'deprivation', 'people', 'fuel_poverty', 'rurality'; with a minus in front where less
        matters most.
    name : str
        What it is called: 'Diabetes: recorded prevalence'.
    indicator_id : str
        '' of people.
    direction : {'high', 'low'}
        Which end ranks first.
    """

    id: str
    name: str
    indicator_id: str
    direction: Direction

    @property
    def known(self) -> bool:
        """Whether its figures are taken as known without error."""
        return self.id.lstrip("-").partition(".")[0] in KNOWN


def criterion(code: str) -> Criterion:
    """Return the criterion of an id.

    Raises
    ------
    NoPriorities
        When there is none.
    """
    plain = code.removeprefix("-")
    kind, _, indicator = plain.partition(".")
    if kind in PLAIN and plain == kind:
        indicator = PLAIN[kind]
    elif kind not in FAMILIES or indicator not in _family(kind):
        raise NoPriorities(
            f"'{code}' is not something to rank areas by; write {', '.join(PLAIN)}, or "
            f"{', '.join(FAMILIES)} with an indicator of that kind, such as need.qof_dm."
        )
    if code != plain and kind not in EITHER_WAY:
        raise NoPriorities(f"'{code}' has a minus, which only {', '.join(EITHER_WAY)} can have.")
    name = catalogue.indicator(indicator).name if indicator else "People who live there"
    low = (code != plain) or kind == "coverage"
    return Criterion(code, name, indicator, "low" if low else "high")


def _family(kind: str) -> Sequence[str]:
    """Indicators that criteria of a kind can be made of."""
    if kind in ("age", "ethnicity"):
        return AGES if kind == "age" else ETHNIC
    layer = "condition" if kind == "need" else "coverage"
    return [code for code, entry in catalogue.indicators().items() if entry.layer == layer]


def offered(series: pd.DataFrame, level: str) -> tuple[Criterion, ...]:
    """Criteria that a level has figures for, in the order in which people look for them."""
    has = set(series.loc[series["area_type"] == level, "indicator_id"])
    codes = [f"{kind}.{code}" for kind in ("need", "coverage") for code in _family(kind)]
    codes += [
        *PLAIN,
        *(f"{kind}.{code}" for kind in ("age", "ethnicity") for code in _family(kind)),
    ]
    return tuple(
        one for one in map(criterion, codes) if one.indicator_id in has or not one.indicator_id
    )


def encode(weights: Mapping[str, float]) -> str:
    """Write weights for a link, to two decimals: 'need.qof_dm:30,deprivation:50'.

    Examples
    --------
    >>> encode({"need.qof_dm": 30, "deprivation": 12.5})
    'need.qof_dm:30,deprivation:12.5'
    """
    checked = _weighed(weights)
    return ",".join(f"{code}:{max(round(n, 2), 0.01):g}" for code, n in checked.items())


def decode(text: str) -> dict[str, float]:
    """Read weights from a link.

    Raises
    ------
    NoPriorities
        When a part is not CRITERION:WEIGHT, or stands there twice, or `text` is empty.

    Examples
    --------
    >>> decode("need.qof_dm:30,deprivation:50")
    {'need.qof_dm': 30.0, 'deprivation': 50.0}
    """
    found: dict[str, float] = {}
    for part in text.split(",") if text else ():
        code, colon, weight = part.partition(":")
        if not colon or not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", weight):
            raise NoPriorities(
                f"The link says '{part[:60]}' where a criterion and its weight should stand; "
                "write them as need.qof_dm:30, separated by commas."
            )
        if code in found:
            raise NoPriorities(f"The link gives '{code}' two weights; give it one.")
        found[code] = float(weight)
    return _weighed(found)


def _weighed(weights: Mapping[str, float]) -> dict[str, float]:
    """Check weights."""
    if not weights or len(weights) > MOST:
        how_many = f"{len(weights)} criteria are" if weights else "No criterion is"
        raise NoPriorities(f"{how_many} chosen to rank areas by; choose 1 to {MOST}.")
    for code, weight in weights.items():
        if code.startswith("-") and code[1:] in weights:
            raise NoPriorities(f"'{code[1:]}' is chosen both ways; choose one of them.")
        criterion(code)
        if not 0 < weight <= 100:
            raise NoPriorities(f"The weight of '{code}' is {weight:g}; it must be above 0, to 100.")
    return {code: float(weight) for code, weight in weights.items()}


def used(series: pd.DataFrame, level: str, criteria: Sequence[str], year: str = "") -> pd.DataFrame:
    """Which figures some criteria stand on.

    Parameters
    ----------
    series : pandas.DataFrame
        From `data.store.series`.
    level : str
        Area type.
    year : str
        Of conditions: used where the level has it, otherwise the newest.

    Returns
    -------
    pandas.DataFrame
        One row a criterion: `criterion`, `name`, `direction`, `indicator_id`, and `series_id`,
        `period`, `method`, `source`; of people, none of the last four.

    Raises
    ------
    NoPriorities
        When there is no such criterion, or the level has no figures for it.
    """
    here = series[series["area_type"] == level]
    rows = []
    for one in map(criterion, criteria):
        row = {
            "criterion": one.id,
            "name": one.name,
            "direction": one.direction,
            "indicator_id": one.indicator_id,
            **dict.fromkeys(("series_id", "period", "method", "source"), None),
        }
        if one.indicator_id:
            mine = here[here["indicator_id"] == one.indicator_id]
            if mine.empty:
                raise NoPriorities(
                    f"{one.name} has no figures for {AREA_TYPES[level].plural}; leave it out or "
                    "choose another level."
                )
            dated = year if one.id.startswith("need.") and year in set(mine["period"]) else ""
            found = mine[mine["period"] == (dated or newest(mine["period"]))].iloc[0]
            row |= {name: found[name] for name in ("series_id", "period", "method", "source")}
        rows.append(row)
    return pd.DataFrame(rows)


def load(
    engine: Engine,
    series: pd.DataFrame,
    area: Area,
    level: str,
    criteria: Sequence[str],
    year: str = "",
) -> pd.DataFrame:
    """Figures of some criteria for every area of a type that shares ground with one.

    Parameters
    ----------
    series : pandas.DataFrame
        From `data.store.series`.
    criteria : sequence of str
        Ids of `Criterion`.
    year : str
        As `used`.

    Returns
    -------
    pandas.DataFrame
        One row an area, by code: `code`, `name`, `share` (0 to 1, of its residents in `area`),
        `population` and `core20` (of that share), `decile` (national, among areas of the type;
        decile 1 = most deprived), `covered` (0 to 1, the smallest share of patients behind any
        of its figures), `flagged` (that is under 90%), and for each criterion c: `c` (the figure,
        in the indicator's unit, of the whole area; people of that share), `c_low` and `c_high`,
        and `c_basis`, which says what these are: 'known' (the same as the figure, taken as
        without error), 'interval' (95%), 'spread' (10th and 90th percentile of the practices or
        networks that serve the area; the mean of its LSOAs' at levels that hold no spread), or
        'none' (NaN: nothing is known of how far the figure may be off).

    Raises
    ------
    NoPriorities
        As `used`, and when no area of the level shares ground with `area`.
    UnknownCodeError
        When `area` does not exist.
    """
    sources = used(series, level, criteria, year)
    whole = store.area(engine, *area)
    here = store.areas(engine, level, parent=area).sort_values("code", ignore_index=True)
    if here.empty:
        raise NoPriorities(
            f"No {AREA_TYPES[level].plural} lie in {whole['name']}; choose another level."
        )
    ids = sources["series_id"].dropna().astype(int)
    tall = store.observations(engine, ids.unique().tolist(), parent=area)
    tall = tall.astype(NUMBERS)
    lacking = set(sources["method"].dropna()) & set(ESTIMATES) and tall["spread_low"].isna().all()
    served = _served(engine, series, sources, level, area) if lacking else pd.DataFrame()
    rows = here[["code", "name", "share"]].assign(
        population=here["population"] * here["share"],
        core20=here["core20"] * here["share"],
        decile=here["imd_decile"].astype("float64"),
    )
    parts = [rows]
    behind = [pd.Series(1.0, rows.index)]
    for row in sources.to_dict("records"):
        code, indicator = str(row["criterion"]), str(row["indicator_id"])
        if not indicator:
            people = rows["population"]
            parts.append(_columns(code, people, people, people, "known"))
            continue
        mine = tall[(tall["indicator_id"] == indicator) & (tall["period"] == row["period"])]
        mine = mine.set_index("area_code").reindex(rows["code"]).reset_index(names="code")
        mine = mine.assign(indicator_id=indicator, method=row["method"])
        behind.append(mine["covered"])
        parts.append(_figure(code, mine, level, served))
    covered = pd.concat(behind, axis=1).min(axis=1)
    rows = pd.concat(parts, axis=1)
    return rows.assign(covered=covered, flagged=covered < COVERED_FLAG)


def _served(
    engine: Engine, series: pd.DataFrame, sources: pd.DataFrame, level: str, area: Area
) -> pd.DataFrame:
    """Spread of practices from the LSOAs, for levels that hold none."""
    keys = ["indicator_id", "period"]
    below = series[(series["area_type"] == "LSOA21") & series["method"].isin(ESTIMATES)]
    below = below.merge(sources.dropna(subset=["period"])[keys].drop_duplicates(), on=keys)
    if level not in NO_INTERVAL or below.empty:
        return pd.DataFrame()
    found = store.spreads(engine, below["series_id"].tolist(), level, area)
    return found.set_index([*keys, "code"])[["spread_low", "spread_high"]]


def _figure(code: str, mine: pd.DataFrame, level: str, served: pd.DataFrame) -> pd.DataFrame:
    """Columns of one criterion, from its figures."""
    value = mine["value"]
    if criterion(code).known:
        return _columns(code, value, value, value, "known")
    ends = limited(mine, [level])[["lower_ci", "upper_ci"]]
    spread = mine[["spread_low", "spread_high"]]
    if len(served):
        keys = pd.MultiIndex.from_frame(mine[["indicator_id", "period", "code"]])
        found = served.reindex(keys).reset_index(drop=True)
        # the LSOAs' own figures differ from the area's, so their spread is laid around its figure
        half = (found["spread_high"] - found["spread_low"]) / 2
        spread = pd.DataFrame({"spread_low": value - half, "spread_high": value + half})
    tested = ends["lower_ci"].notna() & ends["upper_ci"].notna()
    spread = spread.where(value.notna() & ~tested & mine["method"].isin(ESTIMATES))
    low = ends["lower_ci"].where(tested, spread["spread_low"])
    high = ends["upper_ci"].where(tested, spread["spread_high"])
    basis = np.select([tested, low.notna() & high.notna()], ["interval", "spread"], "none")
    return _columns(code, value, low, high, basis)


def _columns(code: str, value: Any, low: Any, high: Any, basis: Any) -> pd.DataFrame:
    named = {code: value, f"{code}_low": low, f"{code}_high": high, f"{code}_basis": basis}
    return pd.DataFrame(named)


def scaled(values: npt.ArrayLike, direction: Direction) -> Floats:
    """Percentile rank, 0 to 100, among the areas of the last axis that have a value.

    100 for the area that ranks first, 0 for the last; ties share the mean of their places; an area
    alone, and areas that are all alike, have 50. NaN stays NaN and does not count.

    Examples
    --------
    >>> scaled([10.0, 30.0, 20.0], "high").tolist()
    [0.0, 100.0, 50.0]
    >>> scaled([10.0, 30.0, 30.0], "low").tolist()
    [100.0, 25.0, 25.0]
    """
    given = np.asarray(values, dtype=np.float64)
    place = _places(given, "average") - 1
    steps = (~np.isnan(given)).sum(axis=-1, keepdims=True) - 1
    share = np.divide(place, steps, out=np.where(np.isnan(given), np.nan, 0.5), where=steps > 0)
    return np.asarray(100 * (share if direction == "high" else 1 - share))


def _places(values: Floats, ties: Literal["average", "min"]) -> Floats:
    """Rank along the last axis, 1 = lowest; NaN is not ranked."""
    order = np.argsort(values, axis=-1)
    sorted_values = np.take_along_axis(values, order, axis=-1)
    if (sorted_values[..., 1:] == sorted_values[..., :-1]).any():
        return np.asarray(stats.rankdata(values, axis=-1, method=ties, nan_policy="omit"))
    # draws hardly ever hold ties, and without them this is four times as fast
    places = np.arange(1.0, values.shape[-1] + 1)
    place = np.empty(values.shape)
    np.put_along_axis(place, order, np.broadcast_to(places, values.shape), axis=-1)
    return np.where(np.isnan(values), np.nan, place)


def score(rows: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """Score areas: weighted mean of their percentile ranks.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `load`, or at least `code`, `name` and a column a criterion.
    weights : mapping of str to float
        Criterion to weight, above 0 to 100; only their proportions matter.

    Returns
    -------
    pandas.DataFrame
        One row an area, highest score first, ties by code: `rank` (1 = first; ties share), the
        columns of `rows`, then for each criterion c `c_scaled` (0 to 100, see `scaled`) and
        `c_part`, its share of the score, and `score`: the parts added up, 0 to 100. An area that
        lacks a figure has none of these and stands last; the others are scaled without it.

    Raises
    ------
    NoPriorities
        When a weight cannot be, or no area has every figure.
    """
    weights = _weighed(weights)
    out = rows.sort_values("code", ignore_index=True)
    complete = out[list(weights)].notna().all(axis=1)
    if not complete.any():
        raise NoPriorities(
            "No area has a figure for every criterion chosen; leave one of them out."
        )
    whole = sum(weights.values())
    added: dict[str, Any] = {}
    total = np.zeros(len(out))
    for code, weight in weights.items():
        known = out[code].where(complete)
        added[f"{code}_scaled"] = scaled(known, criterion(code).direction)
        added[f"{code}_part"] = added[f"{code}_scaled"] * (weight / whole)
        total = total + added[f"{code}_part"]
    out = pd.concat([out, pd.DataFrame({**added, "score": total}, index=out.index)], axis=1)
    # sums of the same parts in another order differ in the last bits and are ties all the same
    out.insert(0, "rank", out["score"].round(9).rank(ascending=False, method="min"))
    return out.sort_values(["rank", "code"], ignore_index=True)


def ranks(
    rows: pd.DataFrame, weights: Mapping[str, float], *, draws: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Rank areas, and say how sure their ranks are.

    In each draw every figure and every weight varies, and areas are scored again. Figures are drawn
    from normal distributions about their value: standard deviation (high - low) / 2 / 1.96 of an
    interval, / 1.28 of a spread, so that 80% of draws lie as wide apart as the middle 80% of
    patients' practices do. A spread of nothing, where one practice or network serves an area, says
    nothing of how the area differs from it: such an area is given the middle spread of those
    shown. Known figures stay. Each weight is multiplied by a number between 0.8 and 1.2, all as
    likely. Areas vary independently, which overstates doubt between areas of the same practices.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `load`; a criterion without its `_low`, `_high` and `_basis` is taken as known.
    weights : mapping of str to float
        As `score`.
    draws : int
        How many, at least 100.
    seed : int
        Equal seeds give equal answers, in whatever order rows and weights stand.

    Returns
    -------
    pandas.DataFrame
        As `score`, with `rank_low`, `rank_high` (2.5th and 97.5th percentile of the area's rank
        over the draws), `top_ten` (share of draws, 0 to 1, in which it is among the first ten) and
        `band` (1 = first): areas of a band cannot be told apart from its first one, which is above
        them in fewer than 97.5% of draws. NaN for an area without a score.

    Raises
    ------
    NoPriorities
        As `score`, and with fewer than 100 draws.
    """
    if draws < 100:
        raise NoPriorities(f"{draws} draws are too few to say how sure a rank is; ask for 100.")
    table = score(rows, weights)
    scored = table["score"].notna()
    areas = table[scored].sort_values("code")
    random = np.random.default_rng(seed)
    total = np.zeros((draws, len(areas)))
    swayed = np.zeros((draws, 1))
    for code, weight in sorted(_weighed(weights).items()):
        value = areas[code].to_numpy("float64")
        error = _error(areas, code)
        if error.any():
            value = value + error * random.standard_normal((draws, len(areas)))
        swing = weight * random.uniform(1 - SWAY, 1 + SWAY, (draws, 1))
        total += swing * scaled(value, criterion(code).direction)
        swayed += swing
    total /= swayed
    place = _places(-total, "min")
    low, high = np.quantile(place, [0.025, 0.975], axis=0, method="inverted_cdf")
    found = pd.DataFrame(
        {"rank_low": low, "rank_high": high, "top_ten": (place <= 10).mean(axis=0)},
        index=areas.index,
    )
    in_order = areas.reset_index(names="at").assign(column=np.arange(len(areas)))
    in_order = in_order.sort_values(["rank", "code"])
    found.loc[in_order["at"], "band"] = _bands(total[:, in_order["column"]])
    return table.join(found)


def _error(rows: pd.DataFrame, code: str) -> Floats:
    """Standard deviation of each area's figure; 0 where it is known."""
    if f"{code}_basis" not in rows:
        return np.zeros(len(rows))
    basis = rows[f"{code}_basis"].to_numpy()
    width = (rows[f"{code}_high"] - rows[f"{code}_low"]).to_numpy("float64")
    error = width / np.where(basis == "interval", 2 * intervals.z(0.95), 2 * TENTH)
    there = error > 0
    middle = float(np.median(error[there])) if there.any() else 0.0
    return np.where(basis == "known", 0.0, np.where(there, error, middle))


AHEAD: Final = 64
"""Areas that a band's first one is compared with at a time."""


def _bands(total: Floats) -> npt.NDArray[np.int64]:
    """Number the bands of areas, which are the columns, first-ranked first."""
    total = np.asfortranarray(total)
    areas = total.shape[1]
    band = np.zeros(areas, dtype=np.int64)
    first, number = 0, 1
    while first < areas:
        after = first + 1
        while after < areas:
            above = (total[:, [first]] > total[:, after : after + AHEAD]).mean(axis=0)
            told = np.flatnonzero(above >= TOLD)
            if told.size:
                after += int(told[0])
                break
            after = min(after + AHEAD, areas)
        band[first:after] = number
        first, number = after, number + 1
    return band


def to_csv(table: pd.DataFrame) -> bytes:
    """Write a table as CSV: UTF-8 with the mark that spreadsheets look for."""
    return _plain(table, RUN).to_csv(index=False).encode("utf-8-sig")


def to_xlsx(table: pd.DataFrame, sources: pd.DataFrame, weights: Mapping[str, float]) -> bytes:
    """Write a workbook of two sheets: the ranked areas, and the criteria behind them.

    Parameters
    ----------
    table : pandas.DataFrame
        From `score` or `ranks`.
    sources : pandas.DataFrame
        From `used`.
    """
    criteria = sources.drop(columns="series_id")
    criteria.insert(1, "weight", criteria["criterion"].map(dict(weights)))
    file = io.BytesIO()
    with pd.ExcelWriter(file, engine="openpyxl") as book:
        for name, sheet in (("Priorities", table), ("Criteria", criteria)):
            _plain(sheet, "=").to_excel(book, sheet_name=name, index=False, freeze_panes=(1, 0))
    return file.getvalue()


RUN: Final = "=+-@\t\r"
"""What text begins with that a spreadsheet would run as a formula when it reads CSV."""


def _plain(table: pd.DataFrame, run: str) -> pd.DataFrame:
    """Put a quote before text that begins with a sign of `run`, in headings too."""

    def quoted(cell: Any) -> Any:
        return f"'{cell}" if isinstance(cell, str) and cell.startswith(tuple(run)) else cell

    out = table.rename(columns=quoted)
    texts = out.select_dtypes(["object", "str"])
    return out.assign(**{str(name): texts[name].map(quoted) for name in texts})
