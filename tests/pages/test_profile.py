"""The page of a neighbourhood's profile, on real figures, through the script that draws it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components import cached, charts, profile_words, profileview
from components.selection import Selection
from data import catalogue, store

SHELL = str(Path(__file__).parents[2] / "components" / "shell.py")
PAGE = "../pages/profile.py"
BSOL = "ICB26:E54000055"
HOOD = "MSOA21:E02001827"
TABS = dict(zip(("compared", "deprived", "time", "alike", "table"), profileview.TABS, strict=True))


def forget() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="module", autouse=True)
def own_caches() -> Iterator[None]:
    """Tests here share what is cached, and nothing with other files."""
    forget()
    yield
    forget()


@pytest.fixture
def build(atlas_database: Path) -> str:
    return cached.build()


def page(tab: str = "compared", **query: str) -> AppTest:
    at = AppTest.from_file(SHELL, default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    at.session_state["profile_tab"] = TABS[tab]
    at.switch_page(PAGE).run()
    assert not at.exception, at.exception
    return at


def said(at: AppTest) -> str:
    return " ".join(text.proto.body for text in at.get("html"))


def drawn(at: AppTest) -> list[str]:
    return [chart.proto.spec for chart in at.get("vega_lite_chart")]


def figures(build: str, selection: Selection, layer: str) -> pd.DataFrame:
    return profileview.subject(build, selection).compared(layer)


SUBJECTS = {
    "neighbourhood": ({"ics": BSOL, "area": HOOD}, "Hill Hook"),
    "place": ({"ics": BSOL, "place": "QHL-NORTH"}, "North"),
    "local authority": ({"ics": BSOL, "area": "LAD24:E08000025"}, "Birmingham"),
    "ICS": ({"ics": BSOL}, "Birmingham and Solihull"),
    "former ICS": ({"ics": "ICB24:E54000024"}, "Bedfordshire, Luton and Milton Keynes"),
    "region": ({"region": "E12000005"}, "West Midlands"),
    "England": ({}, "England"),
    "two together": (
        {"ics": BSOL, "areas": f"{HOOD},MSOA21:E02001828"},
        "Hill Hook and Four Oaks",
    ),
}


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("name", SUBJECTS)
def test_every_tab_of_every_kind_of_area_is_shown(build: str, name: str, tab: str) -> None:
    query, title = SUBJECTS[name]
    at = page(tab, **query)
    assert f"<h1>{title}</h1>" in said(at)
    assert not at.warning
    errors = [error.value for error in at.error]
    few = tab == "alike" and name in ("region", "England")
    assert bool(errors) == few, errors
    if few:
        assert "to find peers" in errors[0]


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("layer", profileview.LAYERS)
def test_every_layer_is_shown_with_a_sentence_and_its_sources(
    build: str, name: str, layer: str
) -> None:
    query, _ = SUBJECTS[name]
    at = page(layer=layer, **query)
    assert "<b>Source" in said(at)
    assert 'class="atlas-sentence"' in said(at)
    assert len(drawn(at)) >= (1 if name == "England" else 2)


def test_wards_are_profiled_too(build: str) -> None:
    wards = cached.areas(build, "WD24", ("ICB26", "E54000055"))
    at = page(ics=BSOL, area=f"WD24:{wards['code'].iloc[0]}")
    assert wards["name"].iloc[0] in said(at)
    assert len(drawn(at)) == 2


def test_header_links_up_the_ladder_and_to_the_other_pages(build: str) -> None:
    text = said(page(ics=BSOL, area=HOOD))
    assert 'href="profile?ics=ICB26%3AE54000055&amp;place=QHL-NORTH"' in text
    assert 'href="profile?ics=ICB26%3AE54000055&amp;area=LAD24%3AE08000025"' in text
    assert 'href="inequalities?ics=ICB26%3AE54000055&amp;area=MSOA21%3AE02001827"' in text
    assert 'href=".?ics=ICB26%3AE54000055&amp;area=MSOA21%3AE02001827"' in text


def test_spine_has_a_row_for_every_condition_with_a_link_to_its_entry(build: str) -> None:
    spec = drawn(page(ics=BSOL, area=HOOD))[1]
    rows = figures(build, Selection(ics=BSOL, area=HOOD), "condition")
    assert len(rows) == 21
    chart = charts.spine(rows, "England", {"England": "England"}).to_dict()
    (data,) = [d for d in chart["datasets"].values() if len(d) > 1]
    named = {row["name"]: row["href"] for row in data if row["name"]}
    assert named == {
        entry.short_name: f"methods?indicator={entry.id}"
        for entry in map(catalogue.indicator, rows["indicator_id"])
    }
    assert '"container"' in spec


def test_spine_keeps_the_order_of_the_figures_it_places(build: str) -> None:
    rows = figures(build, Selection(ics=BSOL, place="QHL-NORTH"), "condition")
    placed = charts._places(rows, "England", relative=False)
    order = ["low", "q1", "median", "q3", "high"]
    assert (placed[order].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)
    assert placed[["low", "high"]].abs().max(axis=1).round(9).eq(1).all()
    assert placed["median"].eq(0).all()
    above = rows["value"] > rows["England"]
    assert ((placed["at"] > placed["mark"]) == above).all()


def test_figures_below_their_target_say_by_how_much(build: str) -> None:
    selection = Selection(ics=BSOL)
    rows = figures(build, selection, "coverage").dropna(subset=["target"])
    missed = rows[rows["value"] < rows["target"]]
    assert len(missed)
    text = said(page(ics=BSOL, layer="coverage"))
    assert f"meets {len(rows) - len(missed)} of {len(rows)} national targets" in text
    gap = (missed["target"] - missed["value"]).max()
    assert f"{gap:.1f} points short" in text


def test_no_comparison_is_called_tested_where_no_interval_is_claimed(build: str) -> None:
    rows = figures(build, Selection(ics=BSOL, area=HOOD), "condition")
    assert set(rows["England_basis"]) == {"spread"}
    for _, row in rows.iterrows():
        assert "99.8%" not in charts.answer(row, "England")
        assert charts.answer(row, "England").endswith("by practices")
        assert charts.symbol(row, "England") in "□○◇▽△"
    text = profile_words.chance(rows, "England")
    assert "no test" in text and "by chance" not in text


def test_differences_by_chance_are_counted_where_there_are_tests(build: str) -> None:
    rows = figures(build, Selection(ics=BSOL), "condition")
    assert set(rows["England_basis"]) == {"interval"}
    assert "21 compared by a 95% interval" in profile_words.chance(rows, "England")
    assert "about 1 would differ by chance" in profile_words.chance(rows, "England")


def test_marks_are_doubled_at_the_higher_level_only() -> None:
    row = {"b_judged": "worse", "b_basis": "interval", "b_compared_998": "higher"}
    assert charts.symbol(row, "b") == "◆◆" and charts.answer(row, "b") == "worse (99.8%)"
    row["b_compared_998"] = "similar"
    assert charts.symbol(row, "b") == "◆" and charts.answer(row, "b") == "worse"
    row["b_basis"] = "spread"
    assert charts.symbol(row, "b") == "◇"


def test_benchmark_is_chosen(build: str) -> None:
    at = page(ics=BSOL, area=HOOD)
    assert "conditions compared with England" in said(at)
    at.button_group(key="profile_benchmark").set_value("Birmingham and Solihull").run()
    assert not at.exception
    assert "conditions compared with Birmingham and Solihull" in said(at)


def test_layer_goes_into_the_link(build: str) -> None:
    at = page(ics=BSOL, area=HOOD)
    at.button_group(key="pick_layer").set_value("context").run()
    assert at.query_params["layer"] == "context"
    assert "Life expectancy at birth in Hill Hook" in said(at)


def test_areas_picked_together_go_into_the_link(build: str) -> None:
    at = page(ics=BSOL)
    at.multiselect(key="pick_together").set_value([HOOD, "MSOA21:E02001828"]).run()
    assert at.query_params["areas"] == f"{HOOD},MSOA21:E02001828"
    assert "<h1>Hill Hook and Four Oaks</h1>" in said(at)


def test_choosing_one_area_lets_go_of_those_together(build: str) -> None:
    at = page(ics=BSOL, areas=f"{HOOD},MSOA21:E02001828")
    at.selectbox(key="pick_area").select("MSOA21:E02001896").run()
    assert "areas" not in at.query_params
    assert "<h1>Small Heath Park</h1>" in said(at)


def test_untested_figures_are_only_set_side_by_side(build: str) -> None:
    selection = Selection(ics=BSOL, areas=f"{HOOD},MSOA21:E02001828")
    rows = figures(build, selection, "condition")
    assert set(rows["England_basis"]) == {"none"}
    text = profile_words.compared(rows, "England", "They", "conditions")
    above = int((rows["value"] > rows["England"]).sum())
    assert "none of 21 conditions can be tested against England" in text
    assert f"{above} are above England's figure and {21 - above} below" in text


def test_domains_that_tie_are_all_named(build: str) -> None:
    rows = figures(build, Selection(ics=BSOL), "deprivation")
    text = profile_words.domains(rows, "Here")
    domains = rows[rows["indicator_id"] != "imd"]
    worst = domains[domains["decile"] == domains["decile"].min()]
    assert len(worst) > 1
    for code in worst["indicator_id"]:
        assert catalogue.indicator(code).short_name.removesuffix(" deprivation").lower() in text


def test_peers_are_linked_each_in_its_own_ics(build: str) -> None:
    at = page("alike", ics=BSOL, area=HOOD)
    found = cached.nearest(build, ("MSOA21", "E02001827"))
    text = said(at)
    for code in found.table["code"]:
        assert f"area=MSOA21%3A{code}" in text
        ics = store.parents(cached.engine(), "MSOA21", code).query("area_type == 'ICB26'")
        assert f"profile?ics=ICB26%3A{ics['code'].iloc[0]}&amp;area=MSOA21%3A{code}" in text


def test_table_takes_its_columns_from_the_link_and_filters(build: str) -> None:
    at = page("table", ics=BSOL, columns="qof_dm,imd")
    table = at.dataframe[0].value
    assert len(table) == len(cached.areas(build, "MSOA21", ("ICB26", "E54000055")))
    assert list(table.columns)[:3] == ["Area", "People", "Diabetes (17+), 2024-25"]
    assert table.iloc[:, 2].is_monotonic_decreasing
    at.text_input(key="profile_find").set_value("sparkbrook").run()
    assert set(at.dataframe[0].value["Area"]) == {"Sparkbrook North", "Sparkbrook South"}
    at.text_input(key="profile_find").set_value("").run()
    at.number_input(key="profile_least").set_value(12.0).run()
    least = at.dataframe[0].value.iloc[:, 2]
    assert 0 < len(least) < len(table) and (least >= 12).all()
    at.multiselect(key="pick_columns").set_value(["imd"]).run()
    assert at.query_params["columns"] == "imd"


def test_table_of_england_lists_its_ics(build: str) -> None:
    table = page("table").dataframe[0].value
    assert set(table["Area"]) == set(cached.areas(build, "ICB26")["name"])


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"ics": BSOL, "area": "MSOA21:E02999999"}, "not an area of this ICS"),
        ({"ics": BSOL, "areas": "MSOA21:E02999999"}, "no area of the atlas"),
        ({"ics": BSOL, "areas": f"{HOOD},GP:nonsense"}, "no area of the atlas"),
        ({"areas": "nonsense"}, "it should look like"),
        ({"region": "E12999999"}, "No region has the code"),
        ({"columns": "imd,nonsense"}, "which is no indicator"),
    ],
)
def test_bad_link_is_told_and_a_profile_is_shown(
    build: str, query: dict[str, str], told: str
) -> None:
    at = page(**query)
    assert any(told in warning.value for warning in at.warning)
    assert "<h1>" in said(at)


def test_without_a_database_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    monkeypatch.setattr(store, "HOME", tmp_path)
    forget()
    at = AppTest.from_file(SHELL, default_timeout=60)
    at.switch_page(PAGE).run()
    forget()
    assert not at.exception
    assert "The database is empty" in at.error[0].value


def test_layer_without_figures_has_a_sentence(build: str, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = figures(build, Selection(ics=BSOL), "condition").head(0)
    monkeypatch.setattr(cached, "compared", lambda *_: nothing)
    at = page(ics=BSOL, area=HOOD)
    assert any("There are no conditions for Hill Hook" in text.value for text in at.info)


def shown_as(at: AppTest, row: "pd.Series[Any]") -> None:
    """The header says the database's numbers."""
    text = said(at)
    assert f"<dd>{row['population']:,}</dd>" in text
    share = 100 * row["core20"] / row["population"]
    assert f"<dd>{'under 1' if 0 < share < 1 else f'{share:.0f}'}%</dd>" in text
    assert f"<dd>{int(row['imd_decile'])} of 10</dd>" in text


@pytest.mark.parametrize("vintage", ["ICB26", "ICB24"])
def test_every_ics_of_both_vintages(build: str, vintage: str) -> None:
    rows = cached.areas(build, vintage)
    assert len(rows) == {"ICB26": 36, "ICB24": 42}[vintage]
    for _, row in rows.iterrows():
        at = page(ics=f"{vintage}:{row['code']}")
        assert not at.error and not at.warning
        shown_as(at, row)
        assert row["name"] in said(at).replace("&amp;", "&").replace("&#x27;", "'")


@pytest.mark.parametrize("batch", range(4))
def test_two_hundred_neighbourhoods(build: str, batch: int) -> None:
    rows = cached.areas(build, "MSOA21").sample(200, random_state=3)
    series = cached.series(build).query("area_type == 'MSOA21'")["series_id"].tolist()
    for at, (_, row) in enumerate(rows[batch::4].iterrows()):
        area = ("MSOA21", str(row["code"]))
        subject = profileview.subject(build, Selection(area=f"MSOA21:{row['code']}"))
        header = subject.header
        assert subject.name == row["name"]
        assert (header.population, header.core20) == (row["population"], row["core20"])
        assert header.imd_decile == row["imd_decile"]
        assert int(header.by_decile.sum()) == row["population"]
        assert f"{row['population']:,} people" in profile_words.deprivation(header)
        assert f"<dd>{row['imd_decile']:.0f} of 10</dd>" in profileview._keyfigures(header)
        own = store.observations(cached.engine(), series, area=area)
        own_value = own.set_index(["indicator_id", "period"])["value"]
        for layer in profileview.LAYERS:
            found = subject.compared(layer)
            keys = pd.MultiIndex.from_frame(found[["indicator_id", "period"]])
            assert len(found) and list(found["value"]) == list(own_value.loc[keys])
            for name, _ in subject.benchmarks:
                assert profile_words.compared(found, name, subject.name, "figures")
                assert profile_words.chance(found, name)
            if at % 10 == 0:
                assert charts.spine(found, "England", subject.headings).to_dict()
        assert profile_words.domains(subject.compared("deprivation"), subject.name)
        assert round(float(cached.ages(build, (area,))["value"].sum()), 6) == 100
        assert len(cached.nearest(build, area).table) == 10
