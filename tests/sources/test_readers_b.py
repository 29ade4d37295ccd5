"""Readers of health figures: each edition's layout, what is refused and where, known totals."""

import doctest
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import pytest

from data.errors import SourceError
from data.sources import (
    desnz_fuel_poverty,
    nhse_gp_survey,
    nhse_qof_achievement,
    nhse_qof_dictionary_2425,
    nhse_qof_icb_2425,
    nhse_qof_map,
    nhse_qof_pcn_2122,
    nhse_qof_practice_2122,
    nhse_qof_prevalence,
    nhse_smi_checks,
    nhse_talking_therapies,
    ohid_local_health,
    ons_local_statistics,
    reading,
    ukhsa_cover_annual,
    ukhsa_cover_practice,
    ukhsa_cover_quarterly,
    ukhsa_flu,
)
from data.sources.reading import Parsed, Source

Cell = str | float
Write = Callable[[str, Mapping[str, Sequence[Sequence[object]]]], Path]
Rows = Sequence[Sequence[Cell]]

PREVALENCE = """PRACTICE_CODE,GROUP_CODE,REGISTER,PATIENT_LIST_TYPE,PRACTICE_LIST_SIZE
A81001,AF,112.0,TOTAL,3996
A81001,AST,317,06OV,3766
Y05750,LD,121.0,TOTAL,118
"""
MAP = """NAT_ONS_CODE,NAT_CODE,NAT_COUNTRY,REGION_ODS_CODE,REGION_ONS_CODE,REGION_NAME,\
ICB_ODS_CODE,ICB_ONS_CODE,ICB_NAME,SUB_ICB_ODS_CODE,SUB_ICB_ONS_CODE,SUB_ICB_NAME,PCN_ODS_CODE,PCN_NAME,\
PRACTICE_CODE,PRACTICE_NAME
E92000001,ENG,England,Y63,E40000012,North,QHM,E54000050,NHS North,16C,E38000247,NHS 16C,U89141,\
Stockton PCN,A81001,The Densham Surgery
E92000001,ENG,England,Y63,E40000012,North,QHM,E54000050,NHS North,16C,E38000247,NHS 16C,U,\
Unallocated,A81002,Queens Park
"""
ACHIEVEMENT = """REGION_ODS_CODE,REGION_NAME,PRACTICE_CODE,INDICATOR_CODE,MEASURE,VALUE
Y63,North,A81001,AF006,NUMERATOR,80
Y63,North,A81001,AF006,DENOMINATOR,90
Y63,North,A81001,AF006,PCAS,10
Y63,North,A81001,AF006,ACHIEVED_POINTS,11.5
Y63,North,A81001,AF001,REGISTER,100
Y63,North,A81001,VI001,NUMERATOR,0
Y63,North,A81001,VI001,DENOMINATOR,0
Y63,North,A81001,VI001,PCAS,0
"""
COVERAGE = """org_type,org_code,org_name,practice_count,indicator_code,group_code,numerator,\
denominator,pcas,register,newly_diagnosed,achieved_points,underlying_achievement_percent,\
pca_percent,intervention_percent
National,ENG,England,9,AF006,AF,60,70,10,0,0,1,85.71,12.5,75.00
ICB,QOX,Bath,4,AF006,AF,20,25,5,0,0,1,80,16.67,66.67
ICB,QHL,Birmingham,5,AF006,AF,40,45,5,0,0,1,88.89,10,80.00
ICB,QHL,Birmingham,5,AF001,AF,0,0,0,99,0,1,,,
ICB,QHL,Birmingham,5,QI013,QIWW,0,0,0,0,0,1,,,
"""
DICTIONARY = """code,description,points,group_code,group_name,patient_list_type
AST007,"Asthma, reviewed.",20,AST,Asthma,06OV
CS005,Cervical screening.,7,CS,Cervical screening,25_49_F
"""
COVER_PRACTICE = """ods_code,name,postcode,postcode_district,utla_code,icb_code,icb_name,\
mmr1_24m_numerator,mmr1_24m_denominator,mmr1_24m_coverage,mmr1_24m_cohort_quarter,\
mmr1_24m_suppressed
P84630,ARCH,M15 5TJ,M15,306,QOP,NHS GM,9,32,28.1,2024-Q3,False
M85711,CITY,B17 8LG,B17,406,QHL,NHS BSOL,,0,,2024-Q3,True
"""
COVER_ANNUAL = """utla_ons,utla_ods,utla_name,indicator,\
numerator,denominator,coverage_pct,n_quarters
E06000001,111,Hartlepool,6in1_12m,865,910,95.05,4
E09000012,704,Hackney,6in1_12m,2310,3746,61.67,3
E10000023,218,North Yorkshire,6in1_12m,4356,4609,94.51,4
E10000006,102,Cumbria,6in1_12m,3821,3989,95.79,4
"""
THERAPIES = """"sicbl22_code","date","name","value"
"E38000130","July 2022","Count_ReferralsReceived","560"
"E38000130","July 2022","Percentage_Recovery","55"
"E38000246","July 2022","Percentage_Recovery","NA"
"""
SURVEY = """icb_code,icb_name,metric,percent,lower_95,upper_95,unweighted_base
ENGLAND,England,gpps-phone-access,52.94,52.76,53.11,664460
QHL,"Birmingham, Solihull",gpps-phone-access,50.1,49,51.2,1838
"""
FLU = "Area,Year,Year group,Denominator,Numerator\n" + "".join(
    f"{area},September 2022 to January 2023,{year},{eligible},{done}\n"
    for area, eligible, done in (
        ("Barnet ", 100, 60),
        ("City And  Hackney", 50, 20),
        ("Nottinghamshire", 80, 50),
        ('"Bassetlaw (Lower Tier LA),"', 20, 10),
        ("Cumbria", 40, 30),
        ("Total", 290, 170),
    )
    for year in ("Reception", *(f" Year {n}" for n in range(1, 8)), "Year 10")
)
LOCAL = """areacd,areanm,geography,indicator,period,\
observation,measure,unit,lci_95,uci_95,status,notes
K02000001,UK,Country,Adult obesity prevalence,2024-11-16/P1Y,26,Percentage,%,25,27,,
E92000001,England,Nation,Adult obesity prevalence,2024-11-16/P1Y,26.6,Percentage,%,26,27,,
E12000001,North East,Region,Adult obesity prevalence,2024-11-16/P1Y,30,Percentage,%,29,31,,
E47000012,York,Combined Authority or City Region,Adult obesity prevalence,2024-11-16/P1Y,2,P,%,1,3,,
E06000001,Hartlepool,County or Unitary Authority,Adult obesity prevalence,2024-11-16/P1Y,4,P,%,3,5,,
E10000003,Cambs,County or Unitary Authority,Adult obesity prevalence,2024-11-16/P1Y,4,P,%,3,5,,
E07000008,Cambridge,Local Authority District,Adult obesity prevalence,2024-11-16/P1Y,4,P,%,3,5,,
E08000016,Barnsley,Local Authority District,Adult obesity prevalence,2024-11-16/P1Y,4,P,%,3,5,,\
Obsolete code since 2025 (replaced by E08000038 Barnsley)
E08000038,Barnsley,Local Authority District,Adult obesity prevalence,2024-11-16/P1Y,5,P,%,3,6,,
E08000039,Sheffield,Local Authority District,Adult obesity prevalence,2024-11-16/P1Y,7,P,%,3,8,,
E10000023,N Yorks,County or Unitary Authority,Adult obesity prevalence,2024-11-16/P1Y,4,P,%,3,5,,\
Obsolete code since 2023 (replaced by E06000065 North Yorkshire)
E67000001,"City of London, Hackney",Local Authority District,Adult obesity prevalence,\
2024-11-16/P1Y,4,P,%,3,5,Value for Hackney and City of London combined,
E09000001,City,Local Authority District,Adult obesity prevalence,2024-11-16/P1Y,,P,%,,,u,
"""
PCN_COLUMNS = ["PCN_CODE", "POPN_PERSON", "IMD_SCORE", *nhse_qof_pcn_2122.MEASURES]
PCN = "\n".join(
    ",".join([*first, *["0.25"] * len(nhse_qof_pcn_2122.MEASURES)])
    for first in (["U", "1", "2"], ["U89141", "1", "2"])
).replace("U89141,1,2,0.25", "U89141,1,2,NA")
PCN = ",".join(PCN_COLUMNS) + "\n" + PCN + "\n"
HEALTH = (
    "Code;Label;"
    + ";".join(ohid_local_health.MEASURES)
    + "\nE02000001;City of London 001;"
    + ";".join(["67.9"] * 23)
    + ";67.1,,,,\nE02000002;Barking 001;N/A;"
    + ";".join(["70"] * 22)
    + ";103.5,,,,\n"
)

CSV: Mapping[str, tuple[Source, str, str]] = {
    "prevalence": (nhse_qof_prevalence.SOURCE, "PREVALENCE_2223.csv", PREVALENCE),
    "map": (nhse_qof_map.SOURCE, "MAPPING_NHS_GEOGRAPHIES_2223.csv", MAP),
    "achievement": (nhse_qof_achievement.SOURCE, "ACHIEVEMENT_NORTH_2425.csv", ACHIEVEMENT),
    "pcn": (nhse_qof_pcn_2122.SOURCE, "pcn.csv", PCN),
    "icb": (nhse_qof_icb_2425.SOURCE, "icb.csv", COVERAGE),
    "dictionary": (nhse_qof_dictionary_2425.SOURCE, "dictionary.csv", DICTIONARY),
    "cover practice": (ukhsa_cover_practice.SOURCE, "practice.csv", COVER_PRACTICE),
    "cover annual": (ukhsa_cover_annual.SOURCE, "utla.csv", COVER_ANNUAL),
    "therapies": (nhse_talking_therapies.SOURCE, "iapt.csv", THERAPIES),
    "survey": (nhse_gp_survey.SOURCE, "gpps.csv", SURVEY),
    "flu": (ukhsa_flu.SOURCE, "flu.csv", FLU),
    "local": (ons_local_statistics.SOURCE, "adult-obesity-prevalence.csv", LOCAL),
    "health": (ohid_local_health.SOURCE, "msoa_raw.csv", HEALTH),
}


def parsed(tmp_path: Path, case: str, old: str = "", new: str = "") -> Parsed:
    source, name, text = CSV[case]
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8-sig")
    return source.parse(path)


def row(result: Parsed, **keys: str) -> "pd.Series[object]":
    frame = result.frame
    for column, value in keys.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1, frame
    return frame.iloc[0]


def ods(path: Path, sheets: Mapping[str, Rows]) -> Path:
    """Write the least that is an ODS workbook."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    base = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{n}="{base}:{n}:1.0"' for n in ("office", "table", "text"))
    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(
            f"<table:table-row>{''.join(_ods_cell(cell) for cell in line)}</table:table-row>"
            for line in rows
        )
        + "</table:table>"
        for name, rows in sheets.items()
    )
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("mimetype", kind)
        out.writestr(
            "META-INF/manifest.xml",
            f'<m:manifest xmlns:m="{base}:manifest:1.0"><m:file-entry m:full-path="/" '
            f'm:media-type="{kind}"/></m:manifest>',
        )
        out.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>{tables}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def _ods_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return (
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p>'
            "</table:table-cell>"
        )
    return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'


@pytest.mark.parametrize("case", CSV)
def test_a_good_file_gives_the_columns_and_the_key_that_its_source_names(
    case: str, tmp_path: Path
) -> None:
    source = CSV[case][0]
    result = parsed(tmp_path, case)
    assert tuple(result.frame.columns) == source.columns
    assert not result.frame.duplicated(list(source.key)).any()
    assert 0 < result.rows_used <= result.rows_read


@pytest.mark.parametrize("case", CSV)
def test_a_heading_that_is_not_known_is_named(case: str, tmp_path: Path) -> None:
    text = CSV[case][2]
    heading = text.split(";" if case == "health" else ",", 1)[0]
    with pytest.raises(SourceError, match="'Surprise'|'\"?" + heading.strip('"')) as caught:
        parsed(tmp_path, case, heading.strip('"'), "Surprise")
    assert caught.value.file == CSV[case][1]
    assert caught.value.column


REFUSED = [
    ("prevalence", "A81001,AST", "81001,AST", 3, "PRACTICE_CODE"),
    ("prevalence", "AST,", "ASTHMA,", 3, "GROUP_CODE"),
    ("prevalence", "06OV", "07OV", 3, "PATIENT_LIST_TYPE"),
    ("prevalence", "317", "-317", 3, "REGISTER"),
    ("prevalence", "317", "317.5", 3, "REGISTER"),
    ("prevalence", "317", "*", 3, "REGISTER"),
    ("prevalence", "3766", "", 3, "PRACTICE_LIST_SIZE"),
    ("prevalence", "AST", "AF", 3, "PRACTICE_CODE, GROUP_CODE"),
    ("map", "QHM,E54000050", "QHM,E55000050", 2, "ICB_ONS_CODE"),
    ("map", "U89141", "89141", 2, "PCN_ODS_CODE"),
    ("map", "A81002", "A81001", 3, "PRACTICE_CODE"),
    ("achievement", "PCAS,10", "PCA,10", 4, "MEASURE"),
    ("achievement", "NUMERATOR,80", "NUMERATOR,-80", 2, "VALUE"),
    ("achievement", "NUMERATOR,80", "NUMERATOR,eighty", 2, "VALUE"),
    ("achievement", "A81001,AF001", "GP1,AF001", 6, "PRACTICE_CODE"),
    ("achievement", "DENOMINATOR,90", "NUMERATOR,90", 3, "PRACTICE_CODE, INDICATOR_CODE, MEASURE"),
    ("pcn", "U89141,1,2,NA,0.25", "U89141,1,2,NA,1.25", 3, "QOF_ACHV_AF007"),
    ("pcn", "U89141,1,2,NA", "U89141,1,2,n/a", 3, "QOF_ACHV_AF006"),
    ("pcn", "U89141,1,2,NA", "U89141,1,2,-1", 3, "QOF_ACHV_AF006"),
    ("pcn", "U89141", "89141", 3, "PCN_CODE"),
    ("icb", "80.00", "80.02", 4, "intervention_percent"),
    ("icb", "60,70,10,0,0,1,85.71,12.5,75.00", "61,70,10,0,0,1,87,12,76.25", 2, "numerator"),
    ("icb", "ICB,QOX", "Sub ICB,QOX", 3, "org_type"),
    ("icb", "QOX", "OX", 3, "org_code"),
    ("icb", "QHL,Birmingham,5,AF006,AF,40,45", "QHL,Birmingham,5,AF006,AF,-4,45", 4, "numerator"),
    ("icb", "AF,0,0,0,99,0,1,,,", "AF,0,0,0,99,0,1,,,*", 5, "intervention_percent"),
    ("icb", "QHL", "QOX", 4, "org_code, indicator_code"),
    ("dictionary", "CS005", "AST007", 3, "code"),
    ("dictionary", "25_49_F", "women", 3, "patient_list_type"),
    ("dictionary", ",20,", ",-20,", 2, "points"),
    ("cover practice", "9,32", "33,32", 2, "mmr1_24m_numerator"),
    ("cover practice", "9,32", "-9,32", 2, "mmr1_24m_numerator"),
    ("cover practice", "9,32", ",32", 2, "mmr1_24m_numerator"),
    ("cover practice", "9,32", "[c],32", 2, "mmr1_24m_numerator"),
    ("cover practice", "2024-Q3", "2024-Q5", 2, "mmr1_24m_cohort_quarter"),
    ("cover practice", "False", "No", 2, "mmr1_24m_suppressed"),
    ("cover practice", "M85711", "P84630", 3, "ods_code, period"),
    ("cover annual", "E06000001", "E07000001", 2, "utla_ons"),
    ("cover annual", "6in1_12m", "5in1_12m", 2, "indicator"),
    ("cover annual", "865,910", "-865,910", 2, "numerator"),
    ("cover annual", "865,910", "865,none", 2, "denominator"),
    ("cover annual", "95.05,4", "95.05,5", 2, "n_quarters"),
    ("cover annual", "E10000006", "E06000065", 5, "utla_ons, indicator"),
    ("therapies", "E38000246", "38000246", 4, "sicbl22_code"),
    ("therapies", "July 2022", "2022-07", 2, "date"),
    ("therapies", "Count_ReferralsReceived", "Count_Referrals", 2, "name"),
    ("therapies", '"55"', '"101"', 3, "value"),
    ("therapies", '"NA"', '"*"', 4, "value"),
    ("therapies", '"560"', '"-5"', 2, "value"),
    ("therapies", "E38000246", "E38000130", 4, "sicbl22_code, date, name"),
    ("survey", "QHL", "HL", 3, "icb_code"),
    ("survey", "gpps-phone-access", "gpps-fax-access", 2, "metric"),
    ("survey", "50.1", "-50.1", 3, "percent"),
    ("survey", "50.1", "58", 3, "percent"),
    ("survey", "1838", "many", 3, "unweighted_base"),
    ("survey", "QHL", "ENGLAND", 3, "metric, icb_code"),
    ("flu", "Barnet ", "Barnett", 2, "Area"),
    ("flu", "September 2022", "October 2022", 2, "Year"),
    ("flu", "Reception", "Nursery", 2, "Year group"),
    ("flu", "100,60", "100,***", 2, "Numerator"),
    ("flu", "100,60", "100,-60", 2, "Numerator"),
    ("flu", "100,60", "50,60", 2, "Numerator"),
    ("flu", " Year 1,", "Reception,", 3, "Area, Year, Year group"),
    ("local", "E06000001", "E05000001", 6, "areacd"),
    ("local", "Nation", "Country of the UK", 3, "geography"),
    ("local", "2024-11-16/P1Y", "2024", 2, "period"),
    ("local", "Adult obesity", "Obesity", 2, "indicator"),
    ("local", ",26.6,", ",-26.6,", 3, "observation"),
    ("local", ",26.6,", ",c,", 3, "observation"),
    ("local", ",26.6,", ",,", 3, "status"),
    ("local", "E07000008", "E06000001", 8, "indicator, areacd, period"),
    ("health", "E02000002", "E01000002", 3, "Code"),
    ("health", "E02000002", "E02000001", 3, "Code"),
    ("health", "67.1,", "-67.1,", 2, "Emergency hospital admissions for all causes"),
    ("health", "N/A", "n/a", 3, "Deaths from causes considered preventable, under 75 years, SMR"),
]


@pytest.mark.parametrize(("case", "old", "new", "line", "column"), REFUSED)
def test_what_is_wrong_is_refused_with_its_place(
    case: str, old: str, new: str, line: int, column: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="expected") as caught:
        parsed(tmp_path, case, old, new)
    assert (caught.value.row, caught.value.column) == (line, column)
    assert caught.value.file == CSV[case][1]


def test_registers_are_counted_of_their_list(tmp_path: Path) -> None:
    result = parsed(tmp_path, "prevalence")
    asthma = row(result, measure="AST")
    assert (asthma["count"], asthma["denominator"]) == (317, 3766)
    assert (asthma["list_type"], asthma["period"]) == ("06OV", "2022-23")


@pytest.mark.parametrize(
    ("folder", "name", "period"),
    [
        ("2020-21", "PREVALENCE_2021_v2.csv", "2020-21"),
        ("2023-24", "PREVALENCE.csv", "2023-24"),
        ("x", "PREVALENCE_2425.csv", "2024-25"),
    ],
)
def test_the_year_is_in_the_name_of_the_file_or_of_its_folder(
    folder: str, name: str, period: str, tmp_path: Path
) -> None:
    path = tmp_path / folder / name
    path.parent.mkdir()
    path.write_text(PREVALENCE)
    assert set(nhse_qof_prevalence.parse(path).frame["period"]) == {period}


def test_the_publishers_archive_has_registers_map_and_achievement(tmp_path: Path) -> None:
    path = tmp_path / "QOF2425.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("QOF/PREVALENCE_2425.csv", PREVALENCE)
        out.writestr("QOF/MAPPING_NHS_GEOGRAPHIES_2425.csv", MAP)
        out.writestr("QOF/ACHIEVEMENT_NORTH_2425.csv", ACHIEVEMENT)
        out.writestr("QOF/ACHIEVEMENT_SOUTH_2425.csv", ACHIEVEMENT.replace("A81001", "Y05750"))
    assert set(nhse_qof_prevalence.parse(path).frame["period"]) == {"2024-25"}
    assert set(nhse_qof_map.parse(path).frame["period"]) == {"2024-25"}
    result = nhse_qof_achievement.parse(path)
    assert list(result.frame["area_code"]) == ["A81001", "Y05750"]
    assert (result.rows_read, result.rows_used) == (16, 6)


def test_a_practice_in_two_regions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "QOF2425.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("ACHIEVEMENT_NORTH_2425.csv", ACHIEVEMENT)
        out.writestr("ACHIEVEMENT_SOUTH_2425.csv", ACHIEVEMENT)
    with pytest.raises(SourceError, match="A81001 AF006 in two regions' files"):
        nhse_qof_achievement.parse(path)


def test_achievement_is_of_all_who_qualify(tmp_path: Path) -> None:
    result = parsed(tmp_path, "achievement")
    assert list(result.frame["measure"]) == ["AF006"]
    assert tuple(result.frame.loc[0, ["count", "denominator"]]) == (80, 100)
    assert dict(result.set_aside) == {
        "points, registers and new diagnoses": 2,
        "no denominator, or nobody who qualifies": 3,
    }


@pytest.mark.parametrize(
    ("icb", "sub_icb", "country"),
    [("STP_", "CCG_", "COUNTRY"), ("ICB_", "SUB_ICB_LOC_", "COUNTRY"), ("ICB_", "SUB_ICB_", "X")],
)
def test_the_map_is_read_under_the_headings_of_each_year(
    icb: str, sub_icb: str, country: str, tmp_path: Path
) -> None:
    text = MAP.replace("SUB_ICB_", "LOCATION_").replace("ICB_", icb).replace("LOCATION_", sub_icb)
    if country != "X":
        text = text.replace("NAT_COUNTRY", country)
    path = tmp_path / "MAPPING_NHS_GEOGRAPHIES_2021.csv"
    path.write_text(text)
    first, second = nhse_qof_map.parse(path).frame.to_dict("records")
    assert first["pcn"] == "U89141"
    assert (second["pcn"], second["pcn_name"]) == ("", "")
    assert (first["sicbl"], first["icb_nhs"], first["period"]) == ("E38000247", "QHM", "2020-21")


def test_a_map_without_a_sub_icb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="'CCG_ODS_CODE', 'SUB_ICB_LOC_ODS_CODE'"):
        parsed(tmp_path, "map", "SUB_ICB_ODS_CODE", "COUNTRY_ODS_CODE")


def test_practices_of_2122_are_in_percent(tmp_path: Path) -> None:
    path = tmp_path / "practice.parquet"
    frame = pd.DataFrame(
        {"DM019-BP": [0.5, None], "DM020-HbA1c": [0.6, None], "DM-prevalance": [0.08, 0.0]},
        index=pd.Index(["A84006", "A84005"], name="OrganisationCode"),
    )
    frame.to_parquet(path)
    result = nhse_qof_practice_2122.parse(path)
    assert row(result, area_code="A84006", measure="DM")["value"] == 8
    assert dict(result.set_aside) == {"nobody qualifies for the indicator": 2}
    frame.reset_index().to_parquet(path)
    assert len(nhse_qof_practice_2122.parse(path).frame) == 4


@pytest.mark.parametrize(
    ("column", "value", "line"),
    [("DM019-BP", 1.5, 1), ("DM020-HbA1c", -0.1, 1), ("DM-prevalance", "high", 1)],
)
def test_practices_of_2122_with_no_fraction_are_refused(
    column: str, value: object, line: int, tmp_path: Path
) -> None:
    path = tmp_path / "practice.parquet"
    columns = {"DM019-BP": [0.5], "DM020-HbA1c": [0.6], "DM-prevalance": [0.08]}
    pd.DataFrame(
        {**columns, column: [value]}, index=pd.Index(["A84006"], name="OrganisationCode")
    ).to_parquet(path)
    with pytest.raises(SourceError) as caught:
        nhse_qof_practice_2122.parse(path)
    assert (caught.value.row, caught.value.column) == (line, column)


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "practice.parquet"
    path.write_text("<html>")
    with pytest.raises(SourceError, match="a Parquet file"):
        nhse_qof_practice_2122.parse(path)


def test_networks_have_percentages_and_the_unallocated_are_set_aside(tmp_path: Path) -> None:
    result = parsed(tmp_path, "pcn")
    assert set(result.frame["area_code"]) == {"U89141"}
    assert set(result.frame["value"]) == {25}
    assert dict(result.set_aside) == {"practices in no network (U)": 70, "no figure (NA)": 1}


def test_icbs_are_beside_england(tmp_path: Path) -> None:
    result = parsed(tmp_path, "icb")
    england = row(result, area_type="ENG")
    assert (england["area_code"], england["count"], england["denominator"]) == ("E92000001", 60, 80)
    assert set(result.frame["area_code"]) == {"E92000001", "QOX", "QHL"}
    assert dict(result.set_aside) == {
        "register: no percentage": 1,
        "quality improvement: points only": 1,
    }


def test_the_cohort_quarter_is_of_the_financial_year(tmp_path: Path) -> None:
    result = parsed(tmp_path, "cover practice")
    assert result.frame.loc[0, "period"] == "2024-25 Q3"
    assert dict(result.set_aside) == {"suppressed: small numbers": 1}


def test_old_county_codes_become_those_of_2023_and_cumbria_is_set_aside(tmp_path: Path) -> None:
    result = parsed(tmp_path, "cover annual")
    assert row(result, area_code="E06000065")["count"] == 4356
    hackney = row(result, area_code="E09000012")
    assert hackney["note"] == "Includes the City of London. 3 of 4 quarters."
    assert dict(result.set_aside) == {"Cumbria: since April 2023 two authorities": 1}


def test_therapies_have_counts_or_percentages(tmp_path: Path) -> None:
    result = parsed(tmp_path, "therapies")
    referrals, recovery = (row(result, measure=m) for m in ("referrals_received", "recovery"))
    assert (referrals["count"], recovery["value"]) == (560, 55)
    assert pd.isna(referrals["value"]) and pd.isna(recovery["count"])
    assert set(result.frame["period"]) == {"2022-07"}
    assert dict(result.set_aside) == {"suppressed or missing (NA)": 1}


def test_the_survey_has_intervals(tmp_path: Path) -> None:
    england = row(parsed(tmp_path, "survey"), area_type="ENG")
    assert england["area_code"] == "E92000001"
    assert (england["lower_ci"], england["value"], england["upper_ci"]) == (52.76, 52.94, 53.11)


def test_year_groups_are_added_and_names_become_codes(tmp_path: Path) -> None:
    result = parsed(tmp_path, "flu")
    barnet = row(result, area_code="E09000003", measure="flu_primary")
    assert (barnet["count"], barnet["denominator"]) == (420, 700)
    hackney = row(result, area_code="E09000012", measure="flu_primary")
    assert hackney["note"] == "Reception to Year 6. Includes the City of London."
    notts = row(result, area_code="E10000024", measure="flu_primary")
    assert (notts["count"], notts["denominator"]) == (420, 700)
    assert row(result, area_type="ENG", measure="flu_primary")["count"] == 1190


def test_an_area_with_a_year_group_missing_has_no_figure(tmp_path: Path) -> None:
    result = parsed(tmp_path, "flu", "Reception,80,50", "Reception,80,**")
    assert set(result.frame["area_code"]) == {"E09000003", "E09000012", "E92000001"}
    assert result.set_aside["suppressed (**)"] == 1
    assert result.set_aside["another year group of the same area is not there"] > 0


def test_every_name_of_the_table_is_an_authority_or_says_why_not() -> None:
    names = pd.read_csv(
        Path(ukhsa_flu.__file__).with_name("ukhsa_flu_names.csv"), dtype=str, keep_default_na=False
    )
    assert not names["name"].duplicated().any()
    assert names["utla23"].str.fullmatch(r"E(06|08|09|10)\d{6}|E92000001|").all()
    assert (names.loc[names["utla23"] == "", "reason"] != "").all()
    assert names.loc[names["utla23"].str.startswith("E") & (names["reason"] == "")].shape[0] > 150


def test_a_unitary_authority_is_both_district_and_upper_tier(tmp_path: Path) -> None:
    frame = parsed(tmp_path, "local").frame
    types = frame.groupby("area_code")["area_type"].agg(set)
    assert types["E06000001"] == {"UTLA23", "LAD24"}
    assert types["E10000003"] == {"UTLA23"}
    assert types["E07000008"] == {"LAD24"}
    assert types["E12000001"] == {"RGN24"}
    assert types["E92000001"] == {"ENG"}


def test_barnsley_and_sheffield_keep_their_codes_of_2024(tmp_path: Path) -> None:
    result = parsed(tmp_path, "local")
    barnsley = row(result, area_code="E08000016", area_type="LAD24")
    sheffield = row(result, area_code="E08000019", area_type="LAD24")
    assert (barnsley["value"], barnsley["note"]) == (4, "")
    assert (sheffield["value"], sheffield["note"]) == (7, "Boundary of April 2025")
    hackney = row(result, area_code="E09000012", area_type="UTLA23")
    assert hackney["note"] == "Value for Hackney and City of London combined"
    assert dict(result.set_aside) == {
        "second code of the same authority": 1,
        "obsolete code": 1,
        "combined authority": 1,
        "outside England, or the United Kingdom": 1,
        "too unreliable to publish (u)": 1,
    }


@pytest.mark.parametrize(
    ("interval", "period"),
    [
        ("2024-11-16/P1Y", "2024-25"),
        ("2021-04-01/P1Y", "2021-22"),
        ("2013-01-01/P1Y", "2013"),
        ("2022-01-01/P3Y", "2022-24"),
        ("2020-01-01/P5Y", "2020-24"),
    ],
)
def test_intervals_become_periods(interval: str, period: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(LOCAL.replace("2024-11-16/P1Y", interval))
    assert set(ons_local_statistics.parse(path).frame["period"]) == {period}


def test_local_health_has_a_value_and_a_period_a_measure(tmp_path: Path) -> None:
    result = parsed(tmp_path, "health")
    admissions = row(result, area_code="E02000001", measure="emergency_admissions_all")
    assert (admissions["value"], admissions["period"]) == (67.1, "2015-19")
    assert row(result, area_code="E02000001", measure="back_pain")["period"] == "2012"
    assert dict(result.set_aside) == {"suppressed: small numbers (N/A)": 1}


FUEL_HEADINGS = [
    "LSOA Code",
    "LSOA Name",
    "LA Code",
    "LA Name",
    "Region",
    "Number of households",
    "Number of households in fuel poverty",
    "Proportion of households fuel poor (%)",
]


def fuel(write: Write, year: int, *lines: Sequence[Cell], headings: Sequence[str] = ()) -> Path:
    title = [f"Table 4: Fuel Poverty by LSOA [Notes 4 and 6], {year}"]
    return write(
        "x.xlsx",
        {
            "Title": [["Published in 2024"]],
            "Table 1": [["Table 1"], [], ["Region", "Number of households"], ["North East", 1.0]],
            "Table 4": [title, [], headings or FUEL_HEADINGS, *lines, [], ["Back to contents"]],
        },
    )


def lsoa(code: str = "E01000001", households: Cell = 936.0, poor: Cell = 40.0) -> list[Cell]:
    return [code, "City 001A", "E09000001", "City", "London", households, poor, 4.27]


@pytest.mark.parametrize(("year", "area_type"), [(2020, "LSOA11"), (2021, "LSOA21")])
def test_fuel_poverty_is_found_by_its_headings(
    year: int, area_type: str, write_workbook: Write
) -> None:
    result = desnz_fuel_poverty.parse(fuel(write_workbook, year, lsoa()))
    only = row(result, area_type=area_type, period=str(year))
    assert (only["count"], only["denominator"]) == (40, 936)
    assert dict(result.set_aside) == {"notes below the table": 1}


@pytest.mark.parametrize(
    ("second", "column"),
    [
        (lsoa("S01000001"), "LSOA Code"),
        (lsoa(), "LSOA Code"),
        (lsoa("E01000002", poor=-1.0), "Number of households in fuel poverty"),
        (lsoa("E01000002", poor="[c]"), "Number of households in fuel poverty"),
        (lsoa("E01000002", poor=""), "Number of households in fuel poverty"),
        (lsoa("E01000002", households=12.0), "Number of households in fuel poverty"),
        (lsoa("E01000002", households="many"), "Number of households"),
    ],
)
def test_fuel_poverty_refuses(second: list[Cell], column: str, write_workbook: Write) -> None:
    with pytest.raises(SourceError, match=r"x\.xlsx, sheet 'Table 4', row 5") as caught:
        desnz_fuel_poverty.parse(fuel(write_workbook, 2022, lsoa(), second))
    assert caught.value.column == column


def test_fuel_poverty_refuses_other_headings(write_workbook: Write) -> None:
    renamed = ["LSOA", *FUEL_HEADINGS[1:]]
    with pytest.raises(SourceError, match="no row with these headings"):
        desnz_fuel_poverty.parse(fuel(write_workbook, 2022, lsoa(), headings=renamed))
    more = [*FUEL_HEADINGS[:-1], "Households, band D"]
    with pytest.raises(SourceError, match="'Households, band D'"):
        desnz_fuel_poverty.parse(fuel(write_workbook, 2022, lsoa(), headings=more))


def checks(write: Write, *lines: Sequence[Cell], code: str = "CCG Code") -> Path:
    heading = ["Period", code, "Question", "Answer"]
    return write("smi.xlsx", {"Sheet 1": [["Physical-Health-Checks"], heading, *lines]})


QUARTER = "SMI-Q4-2023-2024"


def test_checks_are_counted_of_the_register(write_workbook: Write) -> None:
    path = checks(
        write_workbook,
        [QUARTER, "00L", "All6PHC", 60.0],
        [QUARTER, "00L", "SMIRegister", 100.0],
        [QUARTER, "X2C4Y", "SMIRegister", 0.0],
        [QUARTER, "X2C4Y", "Smoking", 0.0],
        [QUARTER, "15A", "SMIRegister", ""],
        [QUARTER, "15A", "Smoking", ""],
    )
    result = nhse_smi_checks.parse(path)
    only = row(result, area_code="00L", measure="all6", period="2023-24 Q4")
    assert (only["count"], only["denominator"]) == (60, 100)
    assert dict(result.set_aside) == {
        "nobody on the register: nothing was sent in": 2,
        "no answer": 2,
    }


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (["SMI-Q5-2023-2024", "00L", "Smoking", 1.0], "Period"),
        ([QUARTER, "0L", "Smoking", 1.0], "CCG Code"),
        ([QUARTER, "00L", "Teeth", 1.0], "Question"),
        ([QUARTER, "00L", "Smoking", -1.0], "Answer"),
        ([QUARTER, "00L", "Smoking", 101.0], "Answer"),
        ([QUARTER, "00L", "Smoking", "*"], "Answer"),
        ([QUARTER, "00L", "SMIRegister", 100.0], "Period, CCG Code, Question"),
    ],
)
def test_checks_refuse(line: list[Cell], column: str, write_workbook: Write) -> None:
    path = checks(write_workbook, [QUARTER, "00L", "SMIRegister", 100.0], line)
    with pytest.raises(SourceError, match=r"smi\.xlsx, sheet 'Sheet 1', row 4") as caught:
        nhse_smi_checks.parse(path)
    assert caught.value.column == column


def test_checks_refuse_other_headings(write_workbook: Write) -> None:
    path = checks(write_workbook, [QUARTER, "00L", "Smoking", 1.0], code="ICB Code")
    with pytest.raises(SourceError, match="'CCG Code'"):
        nhse_smi_checks.parse(path)


OLD = ("Upper Tier Local Authority ODS Code", "Financial Year Quarter", "12m_DTaPIPVHib3_Num")
NEW = ("Upper tier local authority ODS code", "Financial year Quarter", "12m DTaPIPVHib3 Num")


def cover(
    path: Path,
    *lines: tuple[str, Mapping[str, Cell]],
    edition: Sequence[str] = OLD,
    quarter: str = "FY2024_25_Q1",
    extra: str = "NHSER name",
) -> Path:
    """Write a workbook; each line is an ODS code and its cells that are not 90 of 100."""
    counts = [
        edition[2] if column == "12m dtapipvhib3 num" else column
        for column in ukhsa_cover_quarterly.COUNTS
    ]
    heading = ["Country", *edition[:2], *counts, extra]
    usual: dict[str, Cell] = {c: 100.0 if "denom" in c.lower() else 90.0 for c in counts}
    body = [
        ["England", code, quarter, *{**usual, **changed}.values(), "North"]
        for code, changed in lines
    ]
    ons = ["ONS UTLA code", "ODS UTLA code"]
    if edition is NEW:
        ons = ["Code", "Organisation Data Service code"]
    pairs: Rows = [
        ["E06000001", 111.0],
        ["E09000012", "704"],
        ["E10000023", "218"],
        ["E10000006", "102"],
        ["[z]", "[z]"],
        ["", "916"],
    ]
    return ods(
        path,
        {
            "Cover": [["COVER"]],
            "Table5": [["Table 5"], ons, *pairs],
            "Table10": [["Table 10"], ["Note"], heading, *body],
        },
    )


@pytest.mark.parametrize("edition", [OLD, NEW])
def test_cover_is_read_in_each_edition(edition: Sequence[str], tmp_path: Path) -> None:
    lines: list[tuple[str, Mapping[str, Cell]]] = [
        (code, {}) for code in ("111", "704", "218", "102", "916")
    ]
    lines[0] = (
        "111",
        {"5y mmr2 boo num": "[c]", "5y mmr2 boo denom": "[c]", "24m mmr1 num": "[x]"},
    )
    result = ukhsa_cover_quarterly.parse(cover(tmp_path / "x.ods", *lines, edition=edition))
    assert set(result.frame["area_code"]) == {"E06000001", "E09000012", "E06000065", "E06000060"}
    hackney = row(result, area_code="E09000012", measure="mmr1_24m", period="2024-25 Q1")
    assert (hackney["count"], hackney["denominator"]) == (90, 100)
    assert hackney["note"] == "Includes the City of London."
    assert dict(result.set_aside) == {
        "Cumbria: since April 2023 two authorities": 14,
        "left out by the publisher: poor data": 1,
        "suppressed: small numbers": 1,
    }


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (("999", {}), "upper tier local authority ods code"),
        (("1", {}), "upper tier local authority ods code"),
        (("111", {}), "upper tier local authority ods code, quarter"),
        (("704", {"24m mmr1 num": -1.0}), "24m mmr1 num"),
        (("704", {"24m mmr1 num": 101.0}), "24m mmr1 num"),
        (("704", {"24m mmr1 num": "[q]"}), "24m mmr1 num"),
        (("704", {"24m mmr1 denom": "many"}), "24m mmr1 denom"),
    ],
)
def test_cover_refuses(line: tuple[str, Mapping[str, Cell]], column: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"x\.ods, sheet 'Table10', row 5") as caught:
        ukhsa_cover_quarterly.parse(cover(tmp_path / "x.ods", ("111", {}), line))
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quarter": "2024-25 Q1"}, "row 4, column 'financial year quarter'"),
        ({"extra": "MPox num"}, "column 'mpox num'"),
        ({"edition": ("UTLA", *OLD[1:])}, "no row with these headings"),
        ({"edition": (*OLD[:2], "12m_7in1_Num")}, "12m dtapipvhib3 num"),
    ],
)
def test_cover_refuses_other_layouts(changes: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=message):
        ukhsa_cover_quarterly.parse(cover(tmp_path / "x.ods", ("111", {}), **changes))


def test_a_web_page_saved_as_a_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("<html>Not found</html>")
    with pytest.raises(SourceError, match="a workbook"):
        desnz_fuel_poverty.parse(path)


@pytest.mark.parametrize("module", [reading, ons_local_statistics])
def test_examples_in_docstrings_hold(module: object) -> None:
    results = doctest.testmod(module)
    assert results.attempted and not results.failed


def shares(frame: pd.DataFrame) -> "pd.Series[float]":
    total = frame.groupby("measure")[["count", "denominator"]].sum()
    return 100 * total["count"] / total["denominator"]


@pytest.mark.publishers
@pytest.mark.parametrize(
    ("file", "hypertension", "diabetes", "depression", "obesity"),
    [
        ("2022-23/PREVALENCE_2223.csv", 14.42, 7.45, 13.25, 11.37),
        ("2024-25/PREVALENCE_2425.csv", 15.23, 7.89, 14.27, 13.88),
    ],
)
def test_prevalence_in_england(
    file: str,
    hypertension: float,
    diabetes: float,
    depression: float,
    obesity: float,
    publishers: Path,
) -> None:
    frame = nhse_qof_prevalence.parse(publishers / "nhse_qof" / file).frame
    found = shares(frame)[["HYP", "DM", "DEP", "OB"]]
    expected = [hypertension, diabetes, depression, obesity]
    assert list(found) == pytest.approx(expected, abs=0.005)
    if "2425" in file:
        assert frame.loc[frame["measure"] == "HYP", "denominator"].sum() == 63_766_671


@pytest.mark.publishers
@pytest.mark.parametrize(("year", "alone"), [("2020-21", 70), ("2022-23", 63)])
def test_practices_in_no_network(year: str, alone: int, publishers: Path) -> None:
    [path] = (publishers / "nhse_qof" / year).glob("MAPPING*.csv")
    frame = nhse_qof_map.parse(path).frame
    assert (frame["pcn"] == "").sum() == alone
    assert (frame["sicbl"].nunique(), frame["icb"].nunique()) == (106, 42)


@pytest.mark.publishers
def test_networks_and_practices_of_2122_agree(publishers: Path) -> None:
    folder = publishers / "nhse_qof" / "2021-22"
    practice = nhse_qof_practice_2122.parse(folder / "qof_practice_2122_derived.parquet")
    network = nhse_qof_pcn_2122.parse(folder / "pcn_data_matrix_derived.csv")
    assert practice.set_aside == {"nobody qualifies for the indicator": 8}
    assert network.frame["area_code"].nunique() == 1263
    assert network.frame["measure"].nunique() == 49 + 21
    for measure in ("DM019", "DM020"):
        means = [
            part.frame.loc[part.frame["measure"] == measure, "value"].mean()
            for part in (practice, network)
        ]
        assert means[0] == pytest.approx(means[1], abs=1)


@pytest.mark.publishers
def test_coverage_by_icb(publishers: Path) -> None:
    path = publishers / "nhse_qof" / "2024-25" / "qof_icb_coverage_2425_derived.csv"
    frame = nhse_qof_icb_2425.parse(path).frame
    assert frame["measure"].nunique() == 51
    assert frame.loc[frame["area_type"] == "ICB24", "area_code"].nunique() == 42


@pytest.mark.publishers
def test_first_mmr_by_practice(publishers: Path) -> None:
    path = publishers / "ukhsa_cover" / "practice_mmr1_2024q4_derived.csv"
    result = ukhsa_cover_practice.parse(path)
    assert result.frame["denominator"].sum() == 127_262
    assert shares(result.frame)["mmr1_24m"] == pytest.approx(88.77, abs=0.005)
    assert dict(result.set_aside) == {"suppressed: small numbers": 155}


@pytest.mark.publishers
def test_quarters_add_up_to_the_year(publishers: Path) -> None:
    folder = publishers / "ukhsa_cover"
    quarters = [
        ukhsa_cover_quarterly.parse(folder / f"2024_2025_Q{n}.ods").frame for n in range(1, 5)
    ]
    year = ukhsa_cover_annual.parse(folder / "utla_2024-25_sum_of_quarters_derived.csv").frame
    key = ["measure", "area_code"]
    added = pd.concat(quarters).groupby(key)[["count", "denominator"]].sum()
    pd.testing.assert_frame_equal(
        year.set_index(key)[["count", "denominator"]].sort_index(),
        added.loc[added.index.isin(pd.MultiIndex.from_frame(year[key]))].sort_index(),
    )


@pytest.mark.publishers
@pytest.mark.parametrize(
    ("quarter", "england", "cumbria"),
    [("2023_2024_Q1", 144_242, 1_012), ("2023_2024_Q2", 151_101, 1_084)],
)
def test_authorities_add_up_to_englands_children(
    quarter: str, england: int, cumbria: int, publishers: Path
) -> None:
    frame = ukhsa_cover_quarterly.parse(publishers / "ukhsa_cover" / f"{quarter}.ods").frame
    total = frame.loc[frame["measure"] == "6in1_12m", "denominator"].sum()
    assert total + cumbria == england


@pytest.mark.publishers
def test_all_six_checks_in_england(publishers: Path) -> None:
    [path] = (publishers / "nhse_smi_checks").glob("*.xlsx")
    frame = nhse_smi_checks.parse(path).frame
    latest = frame[(frame["period"] == "2023-24 Q4") & (frame["measure"] == "all6")]
    assert (latest["count"].sum(), latest["denominator"].sum()) == (361_210, 527_556)


@pytest.mark.publishers
def test_therapies_have_106_places_and_79_gaps(publishers: Path) -> None:
    path = publishers / "nhse_talking_therapies" / "england_sicb_iapt_derived.csv"
    result = nhse_talking_therapies.parse(path)
    assert result.frame["area_code"].nunique() == 106
    assert dict(result.set_aside) == {"suppressed or missing (NA)": 79}


@pytest.mark.publishers
def test_flu_in_primary_schools_in_england(publishers: Path) -> None:
    result = ukhsa_flu.parse(publishers / "ukhsa_flu" / "flu_primary_uptake_derived.csv")
    england = row(result, area_type="ENG", measure="flu_primary", period="2022-23")
    assert (england["count"], england["denominator"]) == (2_634_791, 4_714_312)


@pytest.mark.publishers
@pytest.mark.parametrize(
    ("name", "area_type", "count", "denominator"),
    [
        ("tables-2022-2020-data", "LSOA11", 3_158_206, 23_868_877),
        ("tables-2023-2021-data", "LSOA21", 3_162_752, 24_070_861),
        ("2024-2022-data-LILEE", "LSOA21", 3_175_068, 24_327_942),
    ],
)
def test_fuel_poverty_in_england(
    name: str, area_type: str, count: int, denominator: int, publishers: Path
) -> None:
    path = publishers / "desnz_fuel_poverty" / f"sub-regional-fuel-poverty-{name}.xlsx"
    frame = desnz_fuel_poverty.parse(path).frame
    assert set(frame["area_type"]) == {area_type}
    assert (frame["count"].sum(), frame["denominator"].sum()) == (count, denominator)


@pytest.mark.publishers
def test_local_health_has_152_gaps(publishers: Path) -> None:
    result = ohid_local_health.parse(publishers / "ohid_local_health" / "msoa_raw.csv")
    assert dict(result.set_aside) == {"suppressed: small numbers (N/A)": 152}
    assert result.frame["area_code"].nunique() == 6791


@pytest.mark.publishers
@pytest.mark.parametrize(
    ("name", "measure", "period", "england", "authorities"),
    [
        ("adult-obesity-prevalence", "adult_obesity", "2024-25", 26.64292, 296),
        ("cigarette-smokers", "smoking", "2020-24", 11.5, 291),
        ("healthy-life-expectancy", "healthy_life_expectancy_male", "2022-24", 60.9, 130),
    ],
)
def test_local_statistics(
    name: str, measure: str, period: str, england: float, authorities: int, publishers: Path
) -> None:
    path = publishers / "ons_explore_local_statistics" / f"{name}.csv"
    result = ons_local_statistics.parse(path)
    assert row(result, area_type="ENG", measure=measure, period=period)["value"] == england
    latest = result.frame[(result.frame["measure"] == measure) & (result.frame["period"] == period)]
    assert (latest["area_type"] == "LAD24").sum() == authorities
    assert {"E08000016", "E08000019"} <= set(latest["area_code"])


@pytest.mark.publishers
def test_the_survey_has_42_icbs(publishers: Path) -> None:
    path = publishers / "nhse_gp_patient_survey" / "gpps_2025_icb_derived.csv"
    result = nhse_gp_survey.parse(path)
    assert row(result, area_type="ENG", measure="phone_access")["value"] == 52.94
    assert result.frame.loc[result.frame["area_type"] == "ICB24", "area_code"].nunique() == 42


@pytest.mark.publishers
def test_the_dictionary_has_76_indicators(publishers: Path) -> None:
    path = publishers / "nhse_qof" / "2024-25" / "qof_indicator_dictionary_2425_derived.csv"
    assert len(nhse_qof_dictionary_2425.parse(path).frame) == 76
