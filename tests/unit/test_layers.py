"""Which series answers a question, and that the two vintages of ICSs are never mixed."""

import pandas as pd
import pytest

from data import layers


def series(*entries: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(entries, columns=["indicator_id", "area_type", "period"])
    return frame.assign(series_id=range(1, len(frame) + 1), method="direct", source="x", note="")


FIGURES = series(
    ("qof_hyp", "LSOA21", "2022-23"),
    ("qof_hyp", "LSOA21", "2024-25"),
    ("qof_hyp", "MSOA21", "2024-25"),
    ("qof_hyp", "PLACE24", "2024-25"),
    ("qof_hyp", "PCN26", "2024-25"),
    ("qof_hyp", "ENG", "2024-25"),
    ("smi_all6", "SICBL24", "2023-24 Q4"),
    ("smi_all6", "ICB24", "2023-24 Q4"),
    ("gpps_continuity", "ICB24", "2025"),
    ("registered_65plus", "ICB26", "2026-07"),
)


@pytest.mark.parametrize(
    ("indicator", "asked", "vintage", "shown"),
    [
        ("qof_hyp", "LSOA21", "ICB24", "LSOA21"),
        ("qof_hyp", "PLACE24", "ICB24", "PLACE24"),
        ("qof_hyp", "PLACE26", "ICB26", "MSOA21"),
        ("qof_hyp", "PCN26", "ICB26", "PCN26"),
        ("qof_hyp", "ENG", "ICB24", "ENG"),
        ("qof_hyp", "RGN24", "ICB24", None),
        ("smi_all6", "LSOA21", "ICB24", "SICBL24"),
        ("smi_all6", "ICB24", "ICB24", "ICB24"),
        ("smi_all6", "ICB26", "ICB26", "SICBL24"),
        ("gpps_continuity", "MSOA21", "ICB24", "ICB24"),
        ("gpps_continuity", "MSOA21", "ICB26", None),
        ("registered_65plus", "LSOA21", "ICB26", "ICB26"),
        ("registered_65plus", "LSOA21", "ICB24", None),
        ("no_such", "LSOA21", "ICB24", None),
    ],
)
def test_the_level_asked_for_or_the_nearest_one_there_is(
    indicator: str, asked: str, vintage: str, shown: str | None
) -> None:
    found = layers.resolve(FIGURES, indicator, asked, vintage)
    assert (found.area_type if found else None) == shown
    if found:
        assert found.asked == (shown == asked)


@pytest.mark.parametrize(("asked", "vintage"), [("PLACE24", "ICB26"), ("ICB24", "ICB26")])
def test_a_level_of_the_other_vintage_is_never_used(asked: str, vintage: str) -> None:
    assert layers.resolve(FIGURES, "qof_hyp", asked, vintage) is None
    assert layers.resolve(FIGURES, "gpps_continuity", asked, vintage) is None


def test_the_period_asked_for_or_the_newest() -> None:
    def period(asked: str) -> str:
        found = layers.resolve(FIGURES, "qof_hyp", "LSOA21", "ICB24", asked)
        assert found
        return found.period

    assert period("2022-23") == "2022-23"
    assert period("2024-25") == period("1999-00") == period("") == "2024-25"


@pytest.mark.parametrize(
    ("periods", "last"),
    [
        (["2023-24 Q4", "2024-25 Q1"], "2024-25 Q1"),
        (["2024-25 Q3", "2024-25", "2024-25 Q4"], "2024-25"),
        (["2023-24", "2024-25 Q1"], "2024-25 Q1"),
        (["2022-07", "2023-05", "2022-12"], "2023-05"),
        (["2011-13", "2022-24"], "2022-24"),
    ],
)
def test_newest(periods: list[str], last: str) -> None:
    assert layers.newest(pd.Series(periods)) == last
