"""The catalogue of indicators: every file is sound, complete and checked."""

import re
from datetime import date
from pathlib import Path

import pytest

from data import catalogue
from data.catalogue import Indicator, indicator, indicators
from data.errors import CatalogueError, UnknownCodeError

FOLDER = Path(catalogue.HERE) / "indicators"

DEPRIVATION = {
    "imd",
    "imd_income",
    "imd_employment",
    "imd_education",
    "imd_health",
    "imd_crime",
    "imd_housing",
    "imd_living_environment",
}

# age of the list that each register is a share of, as PATIENT_LIST_TYPE of the file has it
REGISTERS = {
    "AF": None,
    "AST": 6,
    "CAN": None,
    "CHD": None,
    "CKD": 18,
    "COPD": None,
    "DEM": None,
    "DEP": 18,
    "DM": 17,
    "EP": 18,
    "HF": None,
    "HYP": None,
    "LD": None,
    "MH": None,
    "NDH": 18,
    "OB": 18,
    "OST": 50,
    "PAD": None,
    "PC": None,
    "RA": 16,
    "STIA": None,
}

# the 49 achievement codes of the 2021-22 matrix of primary care networks
PCN_CODES = """
    AF006 AF007 AST006 AST007 AST008 BP002 CAN004 CAN005 CHD005 CHD008 CHD009 COPD008 COPD010
    CS005 CS006 DEM004 DEP003 DM006 DM012 DM014 DM019 DM020 DM021 DM022 DM023 HF003 HF005 HF006
    HF007 HYP003 HYP007 MH002 MH003 MH006 MH007 MH011 MH012 NDH001 RA002 SMOK002 SMOK004 SMOK005
    STIA007 STIA010 STIA011 VI001 VI002 VI003 VI004
    """

# the 51 codes of the 2024-25 file by ICB that have an intervention percentage
ICB_CODES = """
    AF006 AF008 AST007 AST008 AST011 BP002 CAN004 CAN005 CHD005 CHD015 CHD016 CHOL003 CHOL004
    COPD010 COPD014 CS005 CS006 DEM004 DEP004 DM006 DM012 DM014 DM020 DM021 DM022 DM023 DM033
    HF003 HF006 HF007 HF008 HYP008 HYP009 MH002 MH003 MH006 MH007 MH011 MH012 MH021 NDH002
    SMOK002 SMOK004 SMOK005 STIA007 STIA014 STIA015 VI001 VI002 VI003 VI004
    """

QOF_PCN_2122 = frozenset(PCN_CODES.split())
QOF_ICB_2425 = frozenset(ICB_CODES.split())
QOF_PRACTICE_2122 = {"DM019", "DM020"}

ALL = sorted(indicators().values(), key=lambda entry: entry.id)
each = pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.id)

GOOD = """
id = "sample"
name = "A sample"
short_name = "Sample"
layer = "coverage"
group = "Samples"
unit = "%"
per = 100
decimals = 1
polarity = "higher_is_better"
counted = "people"
additive = true
definition = "Share of people in a sample."
numerator = "People who"
denominator = "People"
caveats = ["Made up."]
review = 2027-11-01

[[feeds]]
source = "nhse_qof_prevalence"
measure = "AF"
geography = "GP"
method = "attributed"
periods = ["2024-25"]
"""


def of_layer(layer: str) -> dict[str, Indicator]:
    return {entry.id: entry for entry in ALL if entry.layer == layer}


def periods_of(entry: Indicator, source: str) -> dict[str, tuple[str, ...]]:
    return {feed.measure: feed.periods for feed in entry.feeds if feed.source == source}


def load(folder: Path, name: str, text: str) -> Indicator:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return catalogue.read(path, Indicator)


def test_one_entry_for_every_file() -> None:
    names = {path.stem for path in FOLDER.iterdir()}
    assert {path.suffix for path in FOLDER.iterdir()} == {".toml"}
    assert set(indicators()) == names
    assert len(ALL) == len(names)


def test_names_are_unique() -> None:
    for field in ("id", "name", "short_name"):
        values = [getattr(entry, field) for entry in ALL]
        assert len(set(values)) == len(values), field


def test_order_is_layer_group_name() -> None:
    layers = [entry.layer for entry in indicators().values()]
    assert list(dict.fromkeys(layers)) == ["deprivation", "condition", "coverage", "context"]
    keys = [
        (entry.group, entry.name) for entry in indicators().values() if entry.layer == "context"
    ]
    assert keys == sorted(keys)


def test_deprivation_is_complete_and_says_which_decile_is_worst() -> None:
    found = of_layer("deprivation")
    assert set(found) == DEPRIVATION
    for entry in found.values():
        assert entry.polarity == "lower_is_better"
        assert entry.additive
        assert any("decile 1 is the most deprived" in caveat for caveat in entry.caveats)
        (feed,) = entry.feeds
        assert (feed.source, feed.geography, feed.periods) == ("mhclg_iod2025", "LSOA21", ("2025",))
    for id_ in ("imd_income", "imd_employment"):
        assert (found[id_].unit, found[id_].per) == ("%", 100)
    for id_ in ("imd_health", "imd_crime"):
        assert "minus" in found[id_].definition


def test_registers_are_complete() -> None:
    found = of_layer("condition")
    assert set(found) == {f"qof_{code.lower()}" for code in REGISTERS}
    for code, age in REGISTERS.items():
        entry = found[f"qof_{code.lower()}"]
        assert entry.polarity == "none"
        assert (entry.counted, entry.unit, entry.per) == ("people", "%", 100)
        expected = "all ages" if age is None else f"aged {age} or over"
        assert entry.denominator.endswith(expected), entry.id
        (feed,) = entry.feeds
        assert (feed.source, feed.measure, feed.geography) == ("nhse_qof_prevalence", code, "GP")
        assert feed.periods == ("2020-21", "2022-23", "2024-25")
        caveats = " ".join(entry.caveats)
        for said in ("recorded, not true, prevalence", "2020-21", "July 2022"):
            assert said in caveats, f"{entry.id} does not say '{said}'"


def test_every_qof_achievement_code_is_covered() -> None:
    assert (len(QOF_PCN_2122), len(QOF_ICB_2425)) == (49, 51)
    found = {id_: entry for id_, entry in of_layer("coverage").items() if id_.startswith("qof_")}
    assert set(found) == {f"qof_{code.lower()}" for code in QOF_PCN_2122 | QOF_ICB_2425}


@pytest.mark.parametrize("code", sorted(QOF_PCN_2122 | QOF_ICB_2425))
def test_feeds_of_a_qof_achievement_code(code: str) -> None:
    entry = indicator(f"qof_{code.lower()}")
    expected = {}
    if code in QOF_PRACTICE_2122:
        expected["nhse_qof_practice_2122"] = ("GP", "attributed", ("2021-22",))
    elif code in QOF_PCN_2122:
        expected["nhse_qof_pcn_2122"] = ("PCN22", "inherited", ("2021-22",))
    if code in QOF_ICB_2425:
        expected["nhse_qof_icb_2425"] = ("ICB24", "direct", ("2024-25",))
    found = {feed.source: (feed.geography, feed.method, feed.periods) for feed in entry.feeds}
    assert found == expected
    assert {feed.measure for feed in entry.feeds} == {code}
    assert f"({code})" in entry.name
    assert f"({code})" in entry.short_name
    assert "numerator / (denominator + personalised care adjustments)" in entry.definition


# rates only below the ICS: coverage of everyone on a register, and of part of one
WHOLE_REGISTER = "AST007 CHD005 COPD010 DEM004 DM012 HF007 NDH001 RA002"
PART_OF_REGISTER = """
    AF006 AF007 AST008 CHD008 CHD009 COPD008 DM006 DM019 DM020 DM021 DM022 DM023 HF003 HF006
    HYP003 HYP007 MH002 MH003 MH006 MH007 MH011 MH012 STIA007 STIA010 STIA011
    """


def test_eligible_people_are_on_the_register_that_the_code_is_named_after() -> None:
    found = {entry.id: entry.eligible for entry in ALL if entry.eligible}
    expected = {
        f"qof_{code.lower()}": f"qof_{re.sub('[0-9]', '', code).lower()}"
        for code in f"{WHOLE_REGISTER} {PART_OF_REGISTER}".split()
    }
    assert found == expected
    for id_ in found:
        assert any(feed.geography in ("PCN22", "GP") for feed in indicator(id_).feeds)
        part = id_.removeprefix("qof_").upper() in PART_OF_REGISTER.split()
        said = "wider than those eligible: an upper estimate" in " ".join(indicator(id_).caveats)
        assert said == part, id_
        assert (" register" in indicator(id_).denominator) or part, id_


@pytest.mark.parametrize(
    ("layer", "eligible"),
    [("coverage", "qof_xyz"), ("coverage", "sample"), ("condition", "sample")],
)
def test_eligible_must_name_a_condition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layer: str, eligible: str
) -> None:
    (tmp_path / "indicators").mkdir()
    text = GOOD.replace("additive = true", f'additive = true\neligible = "{eligible}"')
    text = text.replace('layer = "coverage"', f'layer = "{layer}"')
    (tmp_path / "indicators" / "sample.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(catalogue, "HERE", tmp_path)
    with pytest.raises(CatalogueError, match=rf"sample\.toml.*'eligible'.*'{eligible}'"):
        indicators.__wrapped__()


def test_childhood_vaccination() -> None:
    found = {id_: entry for id_, entry in indicators().items() if id_.startswith("cover_")}
    assert len(found) == 14
    annual = {id_ for id_, entry in found.items() if periods_of(entry, "ukhsa_cover_annual")}
    assert len(annual) == 9
    for id_, entry in found.items():
        measure = id_.removeprefix("cover_")
        assert len(periods_of(entry, "ukhsa_cover_quarterly")[measure]) == 8
        assert entry.target is not None
        assert entry.target.value == 95
        assert entry.counted == "children"
    practice = [id_ for id_, entry in found.items() if periods_of(entry, "ukhsa_cover_practice")]
    assert practice == ["cover_mmr1_24m"]


@each
def test_coverage_is_better_when_higher(entry: Indicator) -> None:
    if entry.layer == "coverage":
        assert entry.polarity == "higher_is_better"


@each
def test_target_can_be_traced_and_reached(entry: Indicator) -> None:
    if entry.target is None:
        return
    assert re.fullmatch(r"https?://\S+", entry.target.url)
    assert entry.target.source
    assert entry.polarity == "higher_is_better", "a target is met when reached or exceeded"
    assert 0 < entry.target.value <= 100


@each
def test_wording(entry: Indicator) -> None:
    assert 1 <= len(entry.caveats) <= 5
    texts = (entry.name, entry.definition, entry.numerator, entry.denominator, *entry.caveats)
    for text in texts:
        assert text == text.strip()
        assert "  " not in text
        assert text[0].isupper() or text[0].isdigit(), text
    for sentence in (entry.definition, *entry.caveats):
        assert sentence.endswith("."), sentence
    assert len(set(entry.caveats)) == len(entry.caveats)
    assert entry.review == date(2027, 11, 1)


@each
def test_percentages_are_per_hundred(entry: Indicator) -> None:
    assert (entry.unit == "%") == (entry.per == 100)


@each
def test_feeds_name_a_source_and_do_not_overlap(entry: Indicator) -> None:
    known = {file.source for file in catalogue.files()}
    seen = set()
    for feed in entry.feeds:
        assert feed.source in known
        assert len(set(feed.periods)) == len(feed.periods)
        for period in feed.periods:
            assert re.fullmatch(r"\d{4}(-\d{2})?( Q[1-4])?", period)
            assert (feed.geography, period) not in seen
            seen.add((feed.geography, period))


def test_targets_are_in_the_documentation() -> None:
    page = (FOLDER.parent.parent / "docs" / "targets.md").read_text(encoding="utf-8")
    for entry in ALL:
        if entry.target is not None:
            assert entry.target.url in page
            family = entry.id.split("_")[0] + "_*"
            assert f"`{entry.id}`" in page or f"`{family}`" in page, entry.id


def test_unknown_indicator_says_where_the_list_is() -> None:
    with pytest.raises(UnknownCodeError, match=r"'qof_xyz'.*api/v1/indicators"):
        indicator("qof_xyz")


def test_good_entry_is_loaded(tmp_path: Path) -> None:
    assert load(tmp_path, "sample.toml", GOOD).feeds[0].measure == "AF"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('counted = "people"', 'counted = "people"\ncolour = "red"', "colour"),
        ('layer = "coverage"', 'layer = "costs"', "layer"),
        ('polarity = "higher_is_better"', 'polarity = "up"', "polarity"),
        ('short_name = "Sample"', f'short_name = "{"S" * 33}"', "short_name"),
        ("decimals = 1", "decimals = 9", "decimals"),
        ('caveats = ["Made up."]', "caveats = []", "caveats"),
        ("review = 2027-11-01", 'review = "soon"', "review"),
        ('id = "sample"', 'id = "Sample"', "id"),
        ('name = "A sample"\n', "", "name"),
        ('geography = "GP"', 'geography = "CCG"', "feeds.0"),
        ('method = "attributed"', 'method = "direct"', "feeds.0"),
        ('method = "attributed"', 'method = "guessed"', "feeds.0.method"),
        ('geography = "GP"', 'geography = "PCN22"', "feeds.0"),
        ('periods = ["2024-25"]', "periods = []", "feeds.0.periods"),
    ],
)
def test_bad_entry_is_named_with_its_field(tmp_path: Path, old: str, new: str, field: str) -> None:
    assert old in GOOD
    with pytest.raises(CatalogueError) as caught:
        load(tmp_path, "sample.toml", GOOD.replace(old, new, 1))
    assert "sample.toml" in str(caught.value)
    assert f"field '{field}'" in str(caught.value)


def test_id_must_be_the_file_name(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"other\.toml: its id is not its file name"):
        load(tmp_path, "other.toml", GOOD)


def test_broken_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"sample\.toml is not valid TOML"):
        load(tmp_path, "sample.toml", GOOD.replace('name = "A sample"', "name = A sample"))
