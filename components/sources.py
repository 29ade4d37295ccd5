"""Tables of the sources page."""

import pandas as pd
import streamlit as st

from components import theme
from data import catalogue, load


def files() -> None:
    """Publishers' files: what they are, rows used, rows set aside and why."""
    st.header("Publishers' files")
    rows = [
        {
            "Publisher": row["publisher"],
            "Title": row["title"],
            "Licence": row["licence"],
            "Rows read": row["rows_read"],
            "Rows used": row["rows_used"],
            "Set aside": "; ".join(f"{n:,} {why}" for why, n in row["set_aside"].items()),
        }
        for row in load.manifest()["sources"]
        if row["publisher"]
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, height=520, alt="Publishers' files and rows used"
    )


def apportioned() -> None:
    """What became of every count that was shared out by where patients live."""
    st.header("From GP practices to neighbourhoods")
    st.markdown(
        "What was published by practice equals what reached England's LSOAs, plus what lies "
        "outside England, plus patients whose home the publisher did not place, plus practices "
        "for which no registrations were published."
    )
    entries = catalogue.indicators()
    rows = pd.DataFrame(load.manifest()["apportioned"])
    table = pd.DataFrame(
        {
            "Indicator": rows["indicator_id"].map(lambda code: entries[code].name),
            "Period": rows["period"],
            "Published": rows["published"].map(theme.number),
            "In England's LSOAs": rows["in_england"].map(lambda v: theme.number(v, 1)),
            "Outside England": rows["outside_england"].map(lambda v: theme.number(v, 1)),
            "Home not placed": rows["unallocated"].map(lambda v: theme.number(v, 1)),
            "Practice without registrations": rows["practice_without_registrations"].map(
                lambda v: theme.number(v, 1)
            ),
        }
    )
    st.dataframe(table, hide_index=True, alt="Counts published, and where they went")
