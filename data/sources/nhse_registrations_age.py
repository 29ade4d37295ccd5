"""Patients registered with GP practices, networks, sub-ICBs, ICBs and regions, by sex and age."""

from pathlib import Path

import pandas as pd

from data.sources.reading import (
    Parsed,
    Source,
    codes,
    member,
    month,
    numbers,
    one_of,
    read_csv,
    unique,
)

COLUMNS = {
    "ORG_TYPE": "org_type",
    "ORG_CODE": "org_code",
    "ONS_CODE": "ons_code",
    "SEX": "sex",
    "AGE_GROUP_5": "age",
    "NUMBER_OF_PATIENTS": "patients",
    "EXTRACT_DATE": "period",
}
HEADINGS = {ours: theirs for theirs, ours in COLUMNS.items()}
ORGANISATIONS = {
    "GP": "GP",
    "PCN": "PCN",
    "SUB_ICB_LOCATION_CODE": "SICBL",
    "ICB": "ICB",
    "Comm Region": "NHSER",
}
SEXES = {"ALL": "all", "FEMALE": "female", "MALE": "male"}
AGES = {"ALL": "all", **{f"{a}_{a + 4}": f"{a}-{a + 4}" for a in range(0, 95, 5)}, "95+": "95+"}


def parse(path: Path) -> Parsed:
    """Read the counts of every organisation.

    Returns
    -------
    Parsed
        `org_type` (GP, PCN, SICBL, ICB, NHSER), `org_code` (NHS England's; 'U' for practices in no
        network), `ons_code` (empty for practices and networks), `sex`, `age`, `patients` float64
        and `period`. Either sex and age are both 'all', or `sex` is 'female' or 'male' and `age` a
        band from '0-4' to '95+'; totals of one sex are set aside.
    """
    file, stream = member(path, r"gp-reg-pat-prac-quin-age.*\.csv")
    frame = read_csv(stream, COLUMNS, file=file, ignore=("PUBLICATION", "POSTCODE"))
    known = {"org_type": ORGANISATIONS, "sex": SEXES, "age": AGES}
    tidy = pd.DataFrame(
        {
            **{
                name: one_of(frame, name, names, file=file, heading=HEADINGS[name]).map(names)
                for name, names in known.items()
            },
            "org_code": codes(frame, "org_code", r"[A-Z0-9]{1,6}", file=file, heading="ORG_CODE"),
            "ons_code": codes(frame, "ons_code", r"(E\d{8})?", file=file, heading="ONS_CODE"),
            "patients": numbers(
                frame, "patients", file=file, heading=HEADINGS["patients"], whole=True
            ),
            "period": month(frame, "period", file=file, heading=HEADINGS["period"]),
        }
    )
    unique(tidy, SOURCE.key, file=file, headings=HEADINGS)
    total = (tidy["sex"] != "all") & (tidy["age"] == "all")
    set_aside = {"totals of one sex": int(total.sum())} if total.any() else {}
    kept = tidy.loc[~total, list(COLUMNS.values())]
    return Parsed(kept.reset_index(drop=True), len(frame), set_aside)


SOURCE = Source(
    id="nhse_registrations_age",
    files=("nhse_gp_registrations/gp-reg-pat-prac-quin-age*.zip",),
    columns=tuple(COLUMNS.values()),
    key=("org_type", "org_code", "sex", "age"),
    parse=parse,
)
