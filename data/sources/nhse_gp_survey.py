"""GP Patient Survey 2025 by ICB: weighted percentages with 95% intervals.

The file was derived from the publisher's by others. ICBs are those of April 2025, the same 42 as of
April 2024.
"""

from pathlib import Path

from data.sources.reading import (
    FIGURE_COLUMNS,
    FIGURE_KEY,
    Parsed,
    Source,
    codes,
    figures,
    numbers,
    one_of,
    read_csv,
    refuse,
    unique,
)
from geo.areas import ENGLAND

PERIOD = "2025"
COLUMNS = {
    "icb_code": "area_code",
    "metric": "measure",
    "percent": "value",
    "lower_95": "lower_ci",
    "upper_95": "upper_ci",
    "unweighted_base": "denominator",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
MEASURES = {
    "gpps-phone-access": "phone_access",
    "gpps-website-access": "website_access",
    "gpps-app-access": "app_access",
    "gpps-reception-helpfulness": "reception_helpfulness",
    "gpps-continuity": "continuity",
    "gpps-contact-experience": "contact_experience",
    "gpps-listened": "listened",
    "gpps-care-concern": "care_concern",
}


def parse(path: Path) -> Parsed:
    """Read the survey.

    Returns
    -------
    Parsed
        Figures of type ICB24, `area_code` the NHS code (QHL), and of England: `value`, `lower_ci`
        and `upper_ci` are weighted percentages, `denominator` the people who answered, unweighted.
    """
    file = path.name
    frame = read_csv(path, COLUMNS, ignore=["icb_name"])
    code = codes(frame, "area_code", r"ENGLAND|Q[A-Z0-9]{2}", file=file, heading="icb_code")
    frame["area_type"] = code.map(lambda text: "ENG" if text == "ENGLAND" else "ICB24")
    frame["area_code"] = code.replace("ENGLAND", ENGLAND)
    frame["measure"] = one_of(frame, "measure", MEASURES, file=file, heading="metric").map(MEASURES)
    unique(frame, ["measure", "area_code"], file=file, headings=HEADINGS)
    text = frame["value"]
    for column in ("value", "lower_ci", "upper_ci"):
        frame[column] = numbers(frame, column, file=file, heading=HEADINGS[column], maximum=100)
    frame["denominator"] = numbers(
        frame, "denominator", file=file, heading=HEADINGS["denominator"], whole=True
    )
    outside = ~frame["value"].between(frame["lower_ci"], frame["upper_ci"])
    refuse(frame, outside, text, file, HEADINGS["value"], "a value within its interval")
    return Parsed(figures(frame.assign(period=PERIOD)), len(frame))


SOURCE = Source(
    id="nhse_gp_survey",
    files=("nhse_gp_patient_survey/gpps_2025_icb_derived.csv",),
    columns=FIGURE_COLUMNS,
    key=FIGURE_KEY,
    parse=parse,
    derived=True,
)
