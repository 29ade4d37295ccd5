"""Local Health: mortality, life expectancy, hospital stays and illness by MSOA of 2011.

Fields are separated by semicolons, headings contain commas, and commas are glued to the last field
of each row. N/A is a figure suppressed because of small numbers. Mortality and hospital admissions
are ratios to England (100), standardised by age and sex; life expectancy is in years; back pain and
long-term illness are percentages.

The file names no years but those of back pain. Deaths are of 2015 to 2019, hospital stays of the
financial years 2015-16 to 2019-20 (given as 2015-19 too), long-term illness of the census of 2011.
"""

from pathlib import Path

import pandas as pd

from data.sources.reading import (
    FIGURE_COLUMNS,
    FIGURE_KEY,
    Parsed,
    Source,
    codes,
    figures,
    numbers,
    read_csv,
    tally,
    unique,
    why_missing,
)
from geo.areas import AREA_TYPES

PERIOD = "2015-19"
PERIODS = {"back_pain": "2012", "back_pain_severe": "2012", "long_term_illness": "2011"}
EMERGENCY = "Emergency hospital admissions for"
MEASURES = {
    "Deaths from causes considered preventable, under 75 years, SMR": (
        "deaths_preventable_under75"
    ),
    "Deaths from respiratory diseases, all ages": "deaths_respiratory",
    "Deaths from stroke, all ages": "deaths_stroke",
    "Deaths from coronary heart disease, all ages": "deaths_chd",
    "Deaths from circulatory disease,  under 75 years": "deaths_circulatory_under75",
    "Deaths from circulatory disease, all ages": "deaths_circulatory",
    "Deaths from all cancer,  under 75 years": "deaths_cancer_under75",
    "Deaths from all causes,  under 75 years": "deaths_under75_all_causes",
    "Deaths from all cancer, all ages": "deaths_cancer",
    "Deaths from all causes, all ages": "deaths_all_causes",
    "Life expectancy at birth for females": "life_expectancy_female",
    "Life expectancy at birth for males": "life_expectancy_male",
    "Severe back pain prevalence, 2012": "back_pain_severe",
    "Back pain prevalence, 2012": "back_pain",
    "Hospital stays for alcohol related harm (Broad definition)": "stays_alcohol_broad",
    "Hospital stays for alcohol related harm (Narrow definition)": "stays_alcohol_narrow",
    "Limiting long-term illness or disability": "long_term_illness",
    "Hospital stays for self harm": "stays_self_harm",
    f"{EMERGENCY} hip fracture in 65+": "emergency_admissions_hip_fracture",
    f"{EMERGENCY} Chronic Obstructive Pulmonary Disease (COPD)": "emergency_admissions_copd",
    f"{EMERGENCY} Myocardial Infarction (heart attack)": "emergency_admissions_heart_attack",
    f"{EMERGENCY} stroke": "emergency_admissions_stroke",
    f"{EMERGENCY} coronary heart disease": "emergency_admissions_chd",
    f"{EMERGENCY} all causes": "emergency_admissions_all",
}
COLUMNS = {"Code": "area_code", **MEASURES}
LAST = "emergency_admissions_all"
MARKS = {"N/A": "suppressed: small numbers (N/A)"}


def parse(path: Path) -> Parsed:
    """Read all 24 measures.

    Returns
    -------
    Parsed
        Figures of type MSOA11: `value` is a ratio (England 100), years or a percentage.
    """
    file = path.name
    frame = read_csv(path, COLUMNS, ignore=["Label"], sep=";")
    frame["area_code"] = codes(
        frame, "area_code", AREA_TYPES["MSOA11"].pattern, file=file, heading="Code"
    )
    unique(frame, ["area_code"], file=file, headings={"area_code": "Code"})
    frame[LAST] = frame[LAST].str.rstrip(",")
    tidy = pd.concat([_measure(frame, ours, theirs, file) for theirs, ours in MEASURES.items()])
    out = figures(tidy[tidy["why"] == ""].assign(area_type="MSOA11"))
    return Parsed(out, len(tidy), tally(tidy["why"]))


def _measure(frame: pd.DataFrame, column: str, heading: str, file: str) -> pd.DataFrame:
    value = numbers(frame, column, file=file, heading=heading, marks=MARKS)
    why = why_missing(frame, [column], MARKS)
    period = PERIODS.get(column, PERIOD)
    return frame[["area_code"]].assign(measure=column, period=period, value=value, why=why)


SOURCE = Source(
    id="ohid_local_health",
    files=("ohid_local_health/msoa_raw.csv",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
)
