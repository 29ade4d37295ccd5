"""Readers of areas, populations, deprivation and registrations: what they take and refuse."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from data.errors import SourceError
from data.sources import paths, sources
from data.sources.mhclg_iod2025 import DOMAINS, HEADINGS
from data.sources.nomis import AREA as NOMIS_AREA
from data.sources.ons_population import AGES
from data.sources.reading import Parsed

MEMBERS = {
    "nhse_registrations_lsoa": "gp-reg-pat-prac-lsoa-all.csv",
    "nhse_practice_map": "gp-reg-pat-prac-map.csv",
    "nhse_registrations_age": "gp-reg-pat-prac-quin-age.csv",
}
BANDS = ["Aged 4 years and under"]
BANDS += [f"Aged {age} to {age + 4} years" for age in range(5, 85, 5)]
BANDS += ["Aged 85 years and over"]


def iod(areas: int = 2) -> str:
    """File 7 for `areas` LSOAs, ranked in order; a score is one by the rank."""
    figures = [f"{name} {what}" for name in DOMAINS for what in ("score", "rank", "decile")]
    lines = [",".join(f'"{HEADINGS[name]}"' for name in ["lsoa21", *figures])]
    for rank in range(1, areas + 1):
        three = f"{1 / rank},{rank},{-(-rank * 10 // areas)}"
        lines.append(",".join([f"E0100000{rank}", *[three] * len(DOMAINS)]))
    return "\n".join(lines) + "\n"


def nomis(cells: list[str], total: str) -> str:
    """A Nomis table of one English and one Welsh LSOA and a note."""
    heads = [NOMIS_AREA, "mnemonic", total, *cells]
    counts = ",".join(str(n) for n in range(1, len(cells) + 1))
    return "\n".join(
        [
            "",
            '"A title"',
            '"Date       :","2021"',
            "",
            ",".join(f'"{head}"' for head in heads),
            "",
            f'"Hartlepool 001A","E01011954",99,{counts}',
            f'"Cardiff 001A","W01001701",99,{counts}',
            "",
            '"","Counts were perturbed"',
            "",
        ]
    )


GOOD = {
    "mhclg_iod2025": iod(),
    "ons_lsoa_icb24": """\
LSOA21CD,LSOA21NM,SICBL24CD,SICBL24CDH,SICBL24NM,ICB24CD,ICB24CDH,ICB24NM,LAD24CD,LAD24NM
E01000001,City of London 001A,E38000255,A3A8R,NEL - A3A8R,E54000029,QMF,NEL,E09000001,City of London
E01000002,City of London 001B,E38000255,A3A8R,NEL - A3A8R,E54000029,QMF,NEL,E09000001,City of London
""",
    "nhse_lsoa_icb26": """\
LSOA21CD,SICBL26CD,SICBL26CDH,SICBL26NM,ICB26CD,ICB26CDH,ICB26NM
E01000001,E38000255,A3A8R,NEL - A3A8R,E54000029,QMF,NEL
E01035762,E38000136,10Q,Thames Valley - 10Q,E54000070,S0E4D,Thames Valley
""",
    "ons_lsoa_ward24": """\
LSOA21CD,LSOA21NM,WD24CD,WD24NM,LAD24CD,LAD24NM
E01000001,City of London 001A,E05009288,Aldersgate,E09000001,City of London
W01000001,Ynys Môn 001A,W05001494,Bodowyr,W06000001,Ynys Môn
""",
    "ons_lsoa_msoa21": """\
LSOA21CD,LSOA21NM,MSOA21CD,MSOA21NM
E01000001,City of London 001A,E02000001,City of London 001
E01000002,City of London 001B,E02000001,City of London 001
""",
    "ons_lsoa_rural_urban": """\
LSOA21CD,RUC21CD,RGN24NM
E01000001,UN1,London
E01035762,RSN1,South East
""",
    "ons_lsoa11_lsoa21": """\
F_LSOA11CD,LSOA11NM,LSOA21CD,LSOA21NM,CHGIND,LAD22CD,LAD22NM,LAD22NMW,ObjectId
E01000001,City 001A,E01000001,City 001A,U,E09000001,City of London,,1
E01000002,City 001B,E01035002,City 001F,S,E09000001,City of London,,2
E01000002,City 001B,E01035003,City 001G,S,E09000001,City of London,,3
W01000003,Môn 001A,W01000003,Môn 001A,U,W06000001,Isle of Anglesey,Ynys Môn,4
""",
    "ons_ltla_utla": """\
ltla23_code,ltla23_name,utla23_code,utla23_name
E07000008,Cambridge,E10000003,Cambridgeshire
E06000001,Hartlepool,E06000001,Hartlepool
W06000001,Isle of Anglesey,W06000001,Isle of Anglesey
""",
    "hocl_msoa_names": """\
msoa21cd,msoa21nm,msoa21hclnm,localauthorityname
E02000001,City of London 001,City of London,City of London
E02000002,Barking and Dagenham 001,Marks Gate,Barking and Dagenham
""",
    "ics_places": """\
LSOA21CD,ICB24CDH,PLACENM
E01008881,QHL,East
E01035364,QXU,East Surrey
""",
    "bsol_wards": """\
"ParentCode","ParentName","AreaCode","AreaName","Locality"
"E08000029","Solihull","E05001284","Bickenhill","Solihull"
"E08000025","Birmingham","E05011185","Yardley East","East"
""",
    "nhse_lsoa_pcn": """\
LSOA21CD,PCN_CODE,PCN_NAME,PCN_SHARE,MAPPED_SHARE
E01012392,U79408,WIDNES PCN,0.9791,0.9983
E01007027,U,Unallocated,0.6612,
""",
    "ons_population": """\
LSOA21CD,LSOA21NM,population_total,population_adults,population_children
E01000001,City of London 001A,2172,2025,147
E01000002,City of London 001B,2044,1958,86
""",
    "census_age": nomis(BANDS, "Total"),
    "census_ethnicity": nomis(
        [
            "Asian, Asian British or Asian Welsh",
            "Black, Black British, Black Welsh, Caribbean or African",
            "Mixed or Multiple ethnic groups",
            "White",
            "Other ethnic group",
        ],
        "Total: All usual residents",
    ),
    "census_disability": """\
lsoa21_code,disability,n,total_residents,prop
E01000001,Disabled under the Equality Act,152.0,1475.0,0.103
E01000001,Not disabled under the Equality Act,1323.0,1475.0,0.897
W01002040,Disabled under the Equality Act,271.0,1943.0,0.139
W01002040,Not disabled under the Equality Act,1672.0,1943.0,0.861
""",
    "nhse_registrations_lsoa": """\
PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,LSOA_CODE,SEX,NUMBER_OF_PATIENTS
GP_PRAC_PAT_LIST,01JUL2022,A81001,THE DENSHAM SURGERY,E01011959,ALL,7
GP_PRAC_PAT_LIST,01JUL2022,A81001,THE DENSHAM SURGERY,W01000003,ALL,2
GP_PRAC_PAT_LIST,01JUL2022,A81001,THE DENSHAM SURGERY,NO2011,ALL,3
""",
    "nhse_practice_map": """\
PUBLICATION,EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,PCN_NAME,\
ONS_SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_NAME,ONS_ICB_CODE,ICB_CODE,\
ICB_NAME,ONS_COMM_REGION_CODE,COMM_REGION_CODE,COMM_REGION_NAME,SUPPLIER_NAME
L,01Jul2026,A81001,DENSHAM,TS18 1HU,U89141,STOCKTON PCN,E38000247,16C,NENC - 16C,E54000050,QHM,\
NENC,E40000012,Y63,North East,TPP
L,01Jul2026,A81002,QUEENS PARK,TS18 2AW,U,Unallocated,E38000247,16C,NENC - 16C,E54000050,QHM,\
NENC,E40000012,Y63,North East,TPP
""",
    "nhse_registrations_age": """\
PUBLICATION,EXTRACT_DATE,ORG_TYPE,ORG_CODE,ONS_CODE,POSTCODE,SEX,AGE_GROUP_5,NUMBER_OF_PATIENTS
L,2026-07-01,GP,A81001,,TS18 1HU,ALL,ALL,9
L,2026-07-01,GP,A81001,,TS18 1HU,FEMALE,ALL,5
L,2026-07-01,GP,A81001,,TS18 1HU,FEMALE,0_4,5
L,2026-07-01,ICB,QHM,E54000050,,MALE,95+,4
""",
    "nhse_practice_locations": """\
"","PRAC_CODE","PRAC_NAME","PRAC_POSTCODE","PRAC_LAT","PRAC_LNG","PRAC_LSOA21","PCN_CODE","PCN_NAME"
"1","A81001","DENSHAM","TS18 1HU",54.561625,-1.318986,"E01035199","U89141","STOCKTON PCN"
"2","A81002","QUEENS PARK","TS18 2AW",54.569163,-1.31388,"E01012267","U","Unallocated"
""",
}
NAMES = {"ons_population": "lsoa21_mid2024_derived.csv"}

IMD_SCORE, IMD_RANK, IMD_DECILE = (HEADINGS[f"imd {what}"] for what in ("score", "rank", "decile"))
DISABLED = "Disabled under the Equality Act"

FAULTS = [
    # source, what stands there, what is put in its place, row, column, what the message quotes
    ("mhclg_iod2025", "E01000002", "E0100000", 3, "LSOA code (2021)", "'E0100000'"),
    ("mhclg_iod2025", "E01000002", "E01000001", 3, "LSOA code (2021)", "E01000001"),
    ("mhclg_iod2025", "E01000001,1.0", "E01000001,x", 2, IMD_SCORE, "'x'"),
    ("mhclg_iod2025", "E01000001,1.0", "E01000001,-1", 2, IMD_SCORE, "'-1'"),
    ("mhclg_iod2025", '"Crime Score"', '"Crime"', None, "Crime Score", "'Income Score (rate)'"),
    ("mhclg_iod2025", "E01000001,1.0", "E01000001,1.0,1.0", 2, None, "more cells"),
    ("ons_lsoa_icb24", "E54000029", "E55000029", 2, "ICB24CD", "'E55000029'"),
    ("ons_lsoa_icb24", "E01000002", "E01000001", 3, "LSOA21CD", "E01000001"),
    ("ons_lsoa_icb24", "ICB24CDH,ICB24NM", "ICB25CDH,ICB24NM", None, "ICB24CDH", "'LSOA21CD'"),
    ("ons_lsoa_icb24", ",City of London\n", ",\n", 2, "LAD24NM", "''"),
    ("nhse_lsoa_icb26", "S0E4D", "S0E4D9", 3, "ICB26CDH", "'S0E4D9'"),
    ("ons_lsoa_ward24", "E05009288", "E06009288", 2, "WD24CD", "'E06009288'"),
    ("ons_lsoa_ward24", "W01000001", "X01000001", 3, "LSOA21CD", "'X01000001'"),
    ("ons_lsoa_msoa21", "E02000001", "", 2, "MSOA21CD", "''"),
    ("ons_lsoa_rural_urban", "RSN1", "A1", 3, "RUC21CD", "'A1'"),
    ("ons_lsoa_rural_urban", "South East", "Wessex", 3, "RGN24NM", "'Wessex'"),
    ("ons_lsoa11_lsoa21", ",S,", ",Z,", 3, "CHGIND", "'Z'"),
    ("ons_lsoa11_lsoa21", "E01035003", "E01035002", 4, "F_LSOA11CD, LSOA21CD", "E01035002"),
    ("ons_ltla_utla", "E10000003", "E11000003", 2, "utla23_code", "'E11000003'"),
    ("hocl_msoa_names", "msoa21hclnm", "hclnm", None, "msoa21hclnm", "'msoa21nm'"),
    ("hocl_msoa_names", "Marks Gate", "", 3, "msoa21hclnm", "''"),
    ("ics_places", "QXU", "QZZ", 3, "ICB24CDH", "'QZZ'"),
    ("bsol_wards", '"East"', '"Wast"', 3, "Locality", "'Wast'"),
    ("nhse_lsoa_pcn", "0.9791", "1.9791", 2, "PCN_SHARE", "'1.9791'"),
    ("nhse_lsoa_pcn", "0.9791", "NA", 2, "PCN_SHARE", "'NA'"),
    ("ons_population", "2172", "2173", 2, "population_total", "'2173'"),
    ("ons_population", "1958", "-1958", 3, "population_adults", "'-1958'"),
    ("ons_population", "147", "[c]", 2, "population_children", "'[c]'"),
    ("census_age", ",99,1,", ",99,1.5,", 7, "Aged 4 years and under", "'1.5'"),
    ("census_age", "W01001701", "E01011954", 8, "mnemonic", "E01011954"),
    ("census_age", "Aged 85 years", "Aged 90 years", None, "Aged 85 years and over", "'mnemonic'"),
    ("census_age", NOMIS_AREA, "Area", None, NOMIS_AREA, "no row of headings"),
    ("census_ethnicity", ",99,1,", ",99,,", 7, "Asian, Asian British or Asian Welsh", "''"),
    ("census_disability", "1323.0", "1322.0", 2, "total_residents", "'1475.0'"),
    ("census_disability", f",{DISABLED}", ",Disabled", 2, "disability", "'Disabled'"),
    ("nhse_registrations_lsoa", "ALL,7", "ALL,*", 2, "NUMBER_OF_PATIENTS", "'*'"),
    ("nhse_registrations_lsoa", "ALL,2", "ALL,-2", 3, "NUMBER_OF_PATIENTS", "'-2'"),
    ("nhse_registrations_lsoa", "ALL,7", "MALE,7", 2, "SEX", "'MALE'"),
    ("nhse_registrations_lsoa", "W01000003", "NO2021", None, "LSOA_CODE", "'NO2011' and 'NO2021'"),
    ("nhse_registrations_lsoa", "W01000003", "S01000003", 3, "LSOA_CODE", "'S01000003'"),
    ("nhse_registrations_lsoa", "W01000003", "E01011959", 3, "PRACTICE_CODE, LSOA_CODE", "A81001"),
    ("nhse_registrations_lsoa", "01JUL2022", "JULY", 2, "EXTRACT_DATE", "'JULY'"),
    ("nhse_practice_map", "E54000050", "E54", 2, "ONS_ICB_CODE", "'E54'"),
    ("nhse_practice_map", "A81002", "A81001", 3, "PRACTICE_CODE", "A81001"),
    ("nhse_registrations_age", "0_4", "0-4", 4, "AGE_GROUP_5", "'0-4'"),
    ("nhse_registrations_age", "GP,A81001", "XX,A81001", 2, "ORG_TYPE", "'XX'"),
    ("nhse_practice_locations", "54.561625", "0", 2, "PRAC_LAT", "'0'"),
    ("nhse_practice_locations", "-1.318986", "N/A", 2, "PRAC_LNG", "'N/A'"),
]


def write(folder: Path, source: str, text: str, *, name: str = "") -> Path:
    """Write `text` as a file of `source`, zipped where the publisher's is."""
    if source not in MEMBERS:
        path = folder / (name or NAMES.get(source, f"{source}.csv"))
        path.write_text(text, encoding="utf-8")
        return path
    path = folder / (name or f"{source}.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MEMBERS[source], text)
    return path


def read(folder: Path, source: str, text: str = "", *, name: str = "") -> Parsed:
    """Parse `text`, or the good file of `source`."""
    return sources()[source].parse(write(folder, source, text or GOOD[source], name=name))


@pytest.mark.parametrize("source", GOOD)
def test_a_good_file_becomes_the_columns_promised(source: str, tmp_path: Path) -> None:
    parsed = read(tmp_path, source)
    promised = sources()[source]
    assert tuple(parsed.frame.columns) == promised.columns
    assert not parsed.frame.duplicated(list(promised.key)).any()
    assert parsed.frame.index.equals(pd.RangeIndex(len(parsed.frame)))


@pytest.mark.parametrize(("source", "there", "instead", "row", "column", "quoted"), FAULTS)
def test_a_fault_is_refused_with_file_row_and_column(
    source: str,
    there: str,
    instead: str,
    row: int | None,
    column: str | None,
    quoted: str,
    tmp_path: Path,
) -> None:
    assert there in GOOD[source]
    path = write(tmp_path, source, GOOD[source].replace(there, instead, 1))
    with pytest.raises(SourceError) as refused:
        sources()[source].parse(path)
    assert refused.value.file.startswith(path.name)
    assert (refused.value.row, refused.value.column) == (row, column)
    assert quoted in str(refused.value)


@pytest.mark.parametrize("source", GOOD)
def test_an_unknown_heading_is_refused(source: str, tmp_path: Path) -> None:
    lines = GOOD[source].split("\n")
    top = 4 if source.startswith("census_") and source != "census_disability" else 0
    lines[top] += ",surprise"
    with pytest.raises(SourceError, match=r"column 'surprise'.*does not know"):
        read(tmp_path, source, "\n".join(lines))


@pytest.mark.parametrize("source", [name for name in GOOD if not name.startswith("census_")])
def test_a_web_page_and_an_empty_file_are_refused(source: str, tmp_path: Path) -> None:
    path = write(tmp_path, source, GOOD[source])
    for text in ("<!DOCTYPE html>\n<html><body>Not found</body></html>\n", "\n", ""):
        path.write_text(text)
        with pytest.raises(SourceError):
            sources()[source].parse(path)


@pytest.mark.parametrize("source", MEMBERS)
def test_half_an_archive_and_one_without_the_member_are_refused(
    source: str, tmp_path: Path
) -> None:
    path = write(tmp_path, source, GOOD[source])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match="whole ZIP file"):
        sources()[source].parse(path)

    damaged = bytearray(whole)
    damaged[whole.index(b"PUBLICATION")] ^= 1
    path.write_bytes(bytes(damaged))
    with pytest.raises(SourceError, match="CRC"):
        sources()[source].parse(path)

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "")
    with pytest.raises(SourceError, match=r"readme\.txt"):
        sources()[source].parse(path)


def test_file_7_may_have_population_denominators_and_subdomains(tmp_path: Path) -> None:
    extra = (
        "Income Deprivation Affecting Children Index (IDACI) Score (rate)",
        "Total population: mid 2022",
        "Working age population 18-66 (for use with Employment Deprivation Domain): mid 2022",
        "Indoors Sub-domain Score",
    )
    head, *rows = iod().strip().split("\n")
    head += "".join(f',"{heading}"' for heading in extra)
    fuller = "\n".join([head, *(f"{row},1,2,3,4" for row in rows)])
    assert read(tmp_path, "mhclg_iod2025", fuller).frame.equals(
        read(tmp_path, "mhclg_iod2025").frame
    )


def test_ranks_may_tie_where_scores_do_and_nowhere_else(tmp_path: Path) -> None:
    tied = iod(3).replace("E01000002,0.5,2,7", "E01000002,1.0,1,4")
    frame = read(tmp_path, "mhclg_iod2025", tied).frame
    assert frame.loc[frame["measure"] == "imd", "rank"].tolist() == [1, 1, 3]
    for instead in ("E01000002,0.5,1,4", "E01000002,0.5,3,10"):
        with pytest.raises(SourceError) as refused:
            read(tmp_path, "mhclg_iod2025", iod(3).replace("E01000002,0.5,2,7", instead))
        assert refused.value.column == IMD_RANK


def test_a_decile_is_the_tenth_that_its_rank_is_in(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as refused:
        read(tmp_path, "mhclg_iod2025", iod().replace("E01000001,1.0,1,5", "E01000001,1.0,1,6"))
    assert (refused.value.row, refused.value.column) == (2, IMD_DECILE)


def test_welsh_areas_and_notes_are_set_aside(tmp_path: Path) -> None:
    age = read(tmp_path, "census_age")
    assert age.set_aside == {"outside England": 1, "notes below the table": 1}
    assert (age.rows_read, age.rows_used) == (3, 1)
    assert age.frame["age"].tolist()[:3] == ["0-4", "5-9", "10-14"]
    assert age.frame["age"].tolist()[-1] == "85+"
    assert age.frame["count"].tolist() == list(range(1, 19))
    assert read(tmp_path, "ons_lsoa11_lsoa21").set_aside == {"outside England": 1}
    assert read(tmp_path, "census_disability").frame.to_dict("list") == {
        "lsoa21": ["E01000001"],
        "count": [152.0],
        "denominator": [1475.0],
    }


def test_the_look_up_from_2011_may_be_headed_lsoa11cd(tmp_path: Path) -> None:
    newer = GOOD["ons_lsoa11_lsoa21"].replace("F_LSOA11CD", "LSOA11CD")
    frame = read(tmp_path, "ons_lsoa11_lsoa21", newer).frame
    assert frame["lsoa11"].tolist() == ["E01000001", "E01000002", "E01000002"]


def test_newer_msoa_names_have_welsh_ones_and_a_type(tmp_path: Path) -> None:
    newer = """\
msoa21cd,msoa21nm,msoa21nmw,msoa21hclnm,msoa21hclnmw,localauthorityname,type
E02006534,Adur 001,Adur 001,Hillside,,Adur,Present in 2011
W02000168,Swansea 001,Abertawe 001,Pontarddulais,Pontarddulais,Swansea,Present in 2011
"""
    parsed = read(tmp_path, "hocl_msoa_names", newer)
    assert parsed.frame["msoa21_local_name"].tolist() == ["Hillside"]
    assert parsed.set_aside == {"outside England": 1}


def test_a_blank_share_is_unknown(tmp_path: Path) -> None:
    frame = read(tmp_path, "nhse_lsoa_pcn").frame
    assert frame["mapped_share"].isna().tolist() == [False, True]


def test_practice_map_and_ages_take_either_way_to_write_the_date(tmp_path: Path) -> None:
    for source in ("nhse_practice_map", "nhse_registrations_age"):
        other = GOOD[source].replace("01Jul2026", "2026-07-01").replace("2026-07-01", "01JUL2026")
        for text in (GOOD[source], other):
            assert set(read(tmp_path, source, text).frame["period"]) == {"2026-07"}


def test_totals_of_one_sex_are_set_aside(tmp_path: Path) -> None:
    parsed = read(tmp_path, "nhse_registrations_age")
    assert parsed.set_aside == {"totals of one sex": 1}
    assert parsed.frame[["org_type", "sex", "age"]].to_numpy().tolist() == [
        ["GP", "all", "all"],
        ["GP", "female", "0-4"],
        ["ICB", "male", "95+"],
    ]


@pytest.mark.parametrize(
    ("heading", "unknown", "name", "vintage"),
    [
        ("LSOA_CODE", "NO2011", "gp-reg-pat-prac-lsoa-male-female-July-22.zip", "2011"),
        ("LSOA_CODE", "NO2021", "gp-reg-pat-prac-lsoa-2021-male-female-July-25.zip", "2021"),
        ("LSOA_CODE", "NO2021", "gp-reg-pat-prac-lsoa-male-female-Jan-26.zip", "2021"),
        ("LSOA_2011_CODE", "NO2011", "gp-reg-pat-prac-lsoa-male-female-Jan-26.zip", "2011"),
        ("LSOA_2021_CODE", "NO2021", "gp-reg-pat-prac-lsoa-male-female-Jan-26.zip", "2021"),
    ],
)
def test_registrations_know_their_vintage(
    heading: str, unknown: str, name: str, vintage: str, tmp_path: Path
) -> None:
    source = "nhse_registrations_lsoa"
    text = GOOD[source].replace("LSOA_CODE", heading).replace("NO2011", unknown)
    frame = read(tmp_path, source, text, name=name).frame
    assert set(frame["lsoa_vintage"]) == {vintage}
    assert frame["lsoa"].tolist() == ["E01011959", "W01000003", unknown]
    assert frame["patients"].dtype == "int64"


def test_registrations_leave_males_and_females_in_the_archive(tmp_path: Path) -> None:
    path = write(tmp_path, "nhse_registrations_lsoa", GOOD["nhse_registrations_lsoa"])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("gp-reg-pat-prac-lsoa-male.csv", "")
        archive.writestr("gp-reg-pat-prac-lsoa-female.csv", "")
    assert len(sources()["nhse_registrations_lsoa"].parse(path).frame) == 3


def test_registrations_of_no_stated_vintage_are_refused(tmp_path: Path) -> None:
    text = GOOD["nhse_registrations_lsoa"].replace("NO2011", "E01011960")
    with pytest.raises(SourceError, match="tells LSOAs of 2011"):
        read(tmp_path, "nhse_registrations_lsoa", text)


def population(total: float = 182) -> list[list[object]]:
    """A sheet of the ONS workbook: everybody's age has one person."""
    area = ["LAD 2023 Code", "LAD 2023 Name", "LSOA 2021 Code", "LSOA 2021 Name"]
    ones = [1.0] * len(AGES)
    return [
        ["Mid-year population estimates"],
        ["This worksheet contains one table."],
        [],
        [*area, "Total", *AGES],
        ["E06000001", "Hartlepool", "E01011949", "Hartlepool 009A", total, *ones],
        ["W06000001", "Isle of Anglesey", "W01000003", "Isle of Anglesey 001A", 182.0, *ones],
        ["Source: ONS"],
    ]


def test_the_ons_workbook_gives_a_period_a_sheet(write_workbook: Callable[..., Path]) -> None:
    path = write_workbook(
        "sapelsoasyoa20222024.xlsx",
        {
            "Cover sheet": [["x"]],
            "Mid-2023 LSOA 2021": population(),
            "Mid-2024 LSOA 2021": population(),
        },
    )
    parsed = sources()["ons_population"].parse(path)
    assert parsed.frame.to_numpy().tolist() == [
        ["E01011949", 182.0, 150.0, 32.0, year] for year in ("2023", "2024")
    ]
    assert parsed.set_aside == {"outside England": 2, "notes below the table": 2}


def test_a_faulty_ons_workbook_is_refused(write_workbook: Callable[..., Path]) -> None:
    parse = sources()["ons_population"].parse
    wrong = write_workbook("sapelsoasyoa1.xlsx", {"Mid-2024 LSOA 2021": population(181)})
    with pytest.raises(SourceError, match=r"row 5, column 'Total'.*sum of all ages"):
        parse(wrong)
    minus = population()
    minus[4][5] = -1.0
    with pytest.raises(SourceError, match=r"row 5, column 'F0'.*'-1'"):
        parse(write_workbook("sapelsoasyoa2.xlsx", {"Mid-2024 LSOA 2021": minus}))
    with pytest.raises(SourceError, match="Mid-2024 LSOA 2021"):
        parse(write_workbook("sapelsoasyoa3.xlsx", {"Contents": [["x"]]}))
    with pytest.raises(SourceError, match="no row with these headings"):
        parse(write_workbook("sapelsoasyoa4.xlsx", {"Mid-2024 LSOA 2021": [["x"]]}))
    wrong.write_text("<html></html>")
    with pytest.raises(SourceError, match="does not open"):
        parse(wrong)


def boundaries(**changes: object) -> gpd.GeoDataFrame:
    """Two LSOAs, an English and a Welsh one."""
    columns = {
        "FID": [1, 2],
        "LSOA21CD": ["E01000001", "W01000003"],
        "LSOA21NM": ["City of London 001A", "Isle of Anglesey 001A"],
        "geometry": [box(-0.1, 51.5, 0, 51.6), box(-4.4, 53.2, -4.3, 53.3)],
    }
    return gpd.GeoDataFrame(columns | changes, crs="EPSG:4326")


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:27700"])
@pytest.mark.parametrize("suffix", ["geojson", "gpkg"])
def test_boundaries_come_in_degrees(crs: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"boundaries.{suffix}"
    fuller = boundaries(LSOA21NMW=["", "Ynys Môn 001A"], BNG_E=[1, 2], Shape__Area=[1.0, 2.0])
    fuller.to_crs(crs).to_file(path)
    parsed = sources()["ons_lsoa_boundaries"].parse(path)
    assert parsed.frame.crs == "EPSG:4326"
    assert parsed.frame["lsoa21"].tolist() == ["E01000001"]
    assert parsed.frame.total_bounds == pytest.approx([-0.1, 51.5, 0, 51.6], abs=0.01)
    assert parsed.set_aside == {"outside England": 1}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"LSOA21CD": ["E01000001", "E0100"]}, "row 2, column 'LSOA21CD'.*'E0100'"),
        ({"LSOA21CD": ["E01000001"] * 2}, "row 2, column 'LSOA21CD'.*a second row"),
        ({"LSOA21NM": ["", "x"]}, "row 1, column 'LSOA21NM'"),
        ({"surprise": [1, 2]}, "column 'surprise'"),
        ({"geometry": [box(51.5, -0.1, 51.6, 0)] * 2}, "row 1, column 'geometry'.*longitude"),
        ({"geometry": [None, box(0, 51, 1, 52)]}, "row 1, column 'geometry'.*a polygon"),
        ({"geometry": [box(0, 51, 1, 52).exterior] * 2}, "row 1.*'LineString'"),
    ],
)
def test_faulty_boundaries_are_refused(
    changes: dict[str, object], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "boundaries.geojson"
    boundaries(**changes).to_file(path)
    with pytest.raises(SourceError, match=message):
        sources()["ons_lsoa_boundaries"].parse(path)


def test_boundaries_without_a_reference_system_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "boundaries.gpkg"
    with pytest.warns(UserWarning, match="crs"):
        boundaries().set_crs(None, allow_override=True).to_file(path)
    with pytest.raises(SourceError, match="reference system"):
        sources()["ons_lsoa_boundaries"].parse(path)


def test_a_page_half_a_file_and_a_web_page_are_not_boundaries(tmp_path: Path) -> None:
    path = tmp_path / "boundaries.geojson"
    boundaries().to_file(path)
    whole = json.loads(path.read_text())
    parse = sources()["ons_lsoa_boundaries"].parse
    for flag in ({"exceededTransferLimit": True}, {"properties": {"exceededTransferLimit": True}}):
        path.write_text(json.dumps(whole | flag))
        with pytest.raises(SourceError, match="one page of several"):
            parse(path)
    path.write_text(json.dumps(whole | {"features": whole["features"][:1] * 2000}))
    with pytest.raises(SourceError, match="2,000 features"):
        parse(path)
    half = json.dumps(whole)
    for text in (half[: len(half) // 2], "<html></html>", '{"error": {"code": 400}}'):
        path.write_text(text)
        with pytest.raises(SourceError, match="boundaries"):
            parse(path)


@pytest.fixture(scope="session")
def real(publishers: Path) -> Callable[[str], pd.DataFrame]:
    """Give the frame of a source's one file, read once."""
    frames: dict[str, pd.DataFrame] = {}

    def get(source: str) -> pd.DataFrame:
        if source not in frames:
            (path,) = paths(sources()[source], publishers)
            frames[source] = sources()[source].parse(path).frame
        return frames[source]

    return get


Real = Callable[[str], pd.DataFrame]


@pytest.mark.publishers
def test_the_most_deprived_lsoa_is_in_tendring(real: Real) -> None:
    frame = real("mhclg_iod2025")
    assert frame.groupby("measure").size().eq(33_755).all()
    assert frame["measure"].nunique() == 8
    first = frame[(frame["measure"] == "imd") & (frame["rank"] == 1)]
    assert first[["lsoa21", "score", "decile"]].to_numpy().tolist() == [["E01021988", 94.223, 1]]


@pytest.mark.publishers
def test_published_totals_are_met(real: Real) -> None:
    assert real("census_age")["count"].sum() == 56_490_091
    assert real("ons_population")["total"].sum() == 58_620_101
    assert real("nhse_registrations_lsoa")["patients"].sum() == 61_768_942
    assert len(real("nhse_registrations_lsoa")) == 865_965
    age = real("nhse_registrations_age")
    for _, rows in age.groupby("org_type"):
        total = rows.loc[rows["age"] == "all", "patients"].sum()
        assert total == rows.loc[rows["age"] != "all", "patients"].sum() == 63_436_508
    disability = real("census_disability")
    assert disability["count"].sum() / disability["denominator"].sum() == pytest.approx(
        0.173, abs=5e-4
    )


@pytest.mark.publishers
def test_there_are_as_many_areas_as_published(real: Real) -> None:
    assert len(real("ons_lsoa_boundaries")) == 33_755
    assert real("ons_lsoa_icb24")["icb24"].nunique() == 42
    assert real("ons_lsoa_icb24")["sicbl24"].nunique() == 106
    assert real("ons_lsoa_icb24")["lad24"].nunique() == 296
    assert real("nhse_lsoa_icb26")["icb26"].nunique() == 36
    assert real("nhse_lsoa_icb26")["sicbl26"].nunique() == 106
    assert real("ons_lsoa_msoa21")["msoa21"].nunique() == 6_856
    assert len(real("hocl_msoa_names")) == 6_856
    assert len(real("ons_ltla_utla")) == 296
    assert len(real("ics_places")) == 2_004
    assert len(real("bsol_wards")) == 86
    practices = real("nhse_practice_map")
    assert len(practices) == 6_139
    assert practices["icb"].nunique() == 36
    assert practices["pcn"].nunique() == 1_299


@pytest.mark.publishers
@pytest.mark.parametrize(
    "source",
    [
        "census_age",
        "census_disability",
        "census_ethnicity",
        "mhclg_iod2025",
        "nhse_lsoa_icb26",
        "nhse_lsoa_pcn",
        "ons_lsoa11_lsoa21",
        "ons_lsoa_boundaries",
        "ons_lsoa_icb24",
        "ons_lsoa_msoa21",
        "ons_lsoa_rural_urban",
        "ons_lsoa_ward24",
    ],
)
def test_every_file_by_lsoa_has_the_same_lsoas(source: str, real: Real) -> None:
    assert set(real(source)["lsoa21"]) == set(real("ons_population")["lsoa21"])
