"""Larger areas are made by adding counts; decile 1 is the most deprived."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data import aggregate

quick = settings(derandomize=True, max_examples=60, deadline=None)


def test_group_sums_by_hand() -> None:
    values = np.array([1.0, 2.0, np.nan, 4.0, np.nan, 8.0])
    group = np.array([0, 0, 0, 1, 2, -1])
    out = aggregate.group_sums(values, group, 4)
    assert out[:2].tolist() == [3, 4]
    assert np.isnan(out[2:]).all(), "nothing known is not nought"


@quick
@given(
    hnp.arrays(np.float64, 30, elements=st.floats(0, 1e6) | st.just(np.nan)),
    hnp.arrays(np.int64, 30, elements=st.integers(0, 5)),
)
def test_group_sums_keep_the_total(values: np.ndarray, group: np.ndarray) -> None:
    out = aggregate.group_sums(values, group, 6)
    assert np.nansum(out) == pytest.approx(np.nansum(values))


class TestDeciles:
    def test_highest_score_is_decile_1(self) -> None:
        score = np.arange(20, dtype="float64")
        out = aggregate.deciles(score)
        assert out[-2:].tolist() == [1, 1]
        assert out[:2].tolist() == [10, 10]

    def test_fewer_than_ten_areas_have_none(self) -> None:
        assert np.isnan(aggregate.deciles(np.arange(9, dtype="float64"))).all()

    @quick
    @given(
        hnp.arrays(np.float64, st.integers(10, 80), elements=st.floats(0, 100), unique=True),
        st.integers(0, 5),
    )
    def test_groups_differ_by_at_most_one(self, score: np.ndarray, missing: int) -> None:
        out = aggregate.deciles(np.concatenate([score, np.full(missing, np.nan)]))
        assert np.isnan(out[len(score) :]).all()
        sizes = np.bincount(out[: len(score)].astype(int), minlength=11)[1:]
        assert sizes.max() - sizes.min() <= 1
        order = np.argsort(-score)
        assert (np.diff(out[order]) >= 0).all()


class TestUnite:
    """Small areas a1, a2 make up A; b1 lies in B and C, so neither is a union of small areas."""

    LSOAS = pd.DataFrame(
        [
            ("a1", "A", 100),
            ("a2", "A", 300),
            ("b1", "B", 50),
            ("b1", "C", 50),
            ("c1", "C", 50),
            ("d1", "D", 10),
        ],
        columns=["ICB24", "ICB26", "population"],
    )

    def figures(self, *entries: tuple[str, float, float]) -> pd.DataFrame:
        frame = pd.DataFrame(entries, columns=["area_code", "count", "denominator"])
        return frame.assign(indicator_id="x", period="2024", area_type="ICB24")

    def test_only_exact_unions_are_made(self) -> None:
        rows = self.figures(
            ("a1", 10, 20), ("a2", 30, 60), ("b1", 5, 6), ("c1", 1, 2), ("d1", 2, 4)
        )
        out = aggregate.unite(rows, self.LSOAS, ["ICB26"]).set_index("area_code")
        assert set(out.index) == {"A", "D"}
        assert out.loc["A", ["count", "denominator", "covered"]].tolist() == [40, 80, 1]
        assert set(out["area_type"]) == {"ICB26"}

    def test_covered_is_the_share_of_residents_with_a_figure(self) -> None:
        rows = self.figures(("a1", 10, 20), ("a2", np.nan, 60))
        out = aggregate.unite(rows, self.LSOAS, ["ICB26"]).set_index("area_code")
        assert out.loc["A", ["count", "denominator", "covered"]].tolist() == [10, 20, 0.25]

    def test_nothing_to_unite_is_an_empty_frame(self) -> None:
        out = aggregate.unite(self.figures(("b1", 5, 6)), self.LSOAS, ["ICB26"])
        assert out.empty
        assert "covered" in out
