"""What practices published reaches the places where their patients live, to the last case."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from data import estimate

AREAS = pd.Index(["E01000001", "E01000002", "E01000003", "E01000004"])
SAME = pd.DataFrame({"lsoa11": AREAS, "lsoa21": AREAS, "weight": 1.0})
CODES = [*AREAS, "NO2021", "W01000001"]
quick = settings(derandomize=True, max_examples=60, deadline=None)


def rows(*entries: tuple[str, str, int], vintage: str = "2021") -> pd.DataFrame:
    frame = pd.DataFrame(entries, columns=["practice", "lsoa", "patients"])
    return frame.assign(lsoa_vintage=vintage)


@pytest.fixture
def town() -> estimate.Registrations:
    """A has 100 patients: 60 and 20 in two LSOAs, 10 in Wales, 10 unplaced. B has 50 in one."""
    return estimate.registrations(
        rows(
            ("A00001", "E01000001", 60),
            ("A00001", "E01000002", 20),
            ("A00001", "W01000001", 10),
            ("A00001", "NO2021", 10),
            ("B00002", "E01000002", 50),
        ),
        SAME,
        AREAS,
    )


@st.composite
def registered(draw: st.DrawFn) -> estimate.Registrations:
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(["A00001", "B00002", "C00003"]), st.sampled_from(CODES)),
            min_size=1,
            unique=True,
        )
    )
    people = draw(st.lists(st.integers(0, 5000), min_size=len(pairs), max_size=len(pairs)))
    assume(sum(people))
    return estimate.registrations(
        rows(*((p, c, n) for (p, c), n in zip(pairs, people, strict=True))), SAME, AREAS
    )


class TestWeights:
    """LSOAs of 2011 become those of 2021."""

    LOOKUP = pd.DataFrame(
        [
            ("U1", "n1"),  # unchanged
            ("S1", "n2"),  # split
            ("S1", "n3"),
            ("M1", "n4"),  # merged
            ("M2", "n4"),
            ("X1", "n5"),  # irregular
            ("X1", "n6"),
            ("X2", "n6"),
            ("Z1", "n7"),  # split, nobody lives there
            ("Z1", "n8"),
        ],
        columns=["lsoa11", "lsoa21"],
    )
    PEOPLE = pd.Series({"n1": 10, "n2": 30, "n3": 10, "n4": 8, "n5": 1, "n6": 3, "n7": 0, "n8": 0})

    def test_by_hand(self) -> None:
        weight = estimate.lsoa_weights(self.LOOKUP, self.PEOPLE)["weight"].tolist()
        assert weight == [1, 0.75, 0.25, 1, 1, 0.25, 0.75, 1, 0.5, 0.5]

    def test_moved_counts_by_hand(self) -> None:
        weights = estimate.lsoa_weights(self.LOOKUP, self.PEOPLE)
        counts = pd.Series({"U1": 5.0, "S1": 8.0, "M1": 1.0, "M2": 2.0, "X1": 4.0, "X2": 1.0})
        moved = estimate.to_lsoa21(counts, weights)
        assert moved.to_dict() == {
            "n1": 5, "n2": 6, "n3": 2, "n4": 3, "n5": 1, "n6": 4, "n7": 0, "n8": 0,
        }  # fmt: skip

    def test_unknown_code_is_refused(self) -> None:
        weights = estimate.lsoa_weights(self.LOOKUP, self.PEOPLE)
        with pytest.raises(KeyError, match="Q9"):
            estimate.to_lsoa21(pd.Series({"U1": 1.0, "Q9": 1.0}), weights)

    @quick
    @given(
        st.lists(
            st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz")), min_size=1, unique=True
        ),
        st.dictionaries(st.sampled_from("uvwxyz"), st.integers(0, 3000)),
        st.lists(st.integers(0, 10_000), min_size=6, max_size=6),
    )
    def test_weights_add_up_to_one_and_keep_the_total(
        self, pairs: list[tuple[str, str]], people: dict[str, int], sizes: list[int]
    ) -> None:
        lookup = pd.DataFrame(pairs, columns=["lsoa11", "lsoa21"])
        weights = estimate.lsoa_weights(lookup, pd.Series(people, dtype="float64"))
        assert weights["weight"].between(0, 1).all()
        assert weights.groupby("lsoa11")["weight"].sum().to_numpy() == pytest.approx(1)
        counts = pd.Series(dict(zip("abcdef", sizes, strict=True)), dtype="float64")
        counts = counts[counts.index.isin(lookup["lsoa11"])]
        assert estimate.to_lsoa21(counts, weights).sum() == pytest.approx(counts.sum())


class TestRegistrations:
    """Shares of a practice's patients."""

    def test_by_hand(self, town: estimate.Registrations) -> None:
        assert town.practices.tolist() == ["A00001", "B00002"]
        assert town.patients.tolist() == [100, 50]
        assert town.shares.toarray().tolist() == [[0.6, 0.2, 0, 0], [0, 1, 0, 0]]
        assert town.outside.tolist() == [0.1, 0]
        assert town.unallocated.tolist() == [0.1, 0]
        assert town.residents.toarray().tolist() == [[60, 20, 0, 0], [0, 50, 0, 0]]

    def test_rows_of_2011_are_shared_among_the_parts(self) -> None:
        weights = pd.DataFrame(
            {"lsoa11": ["E01900000"] * 2, "lsoa21": AREAS[:2], "weight": [0.75, 0.25]}
        )
        where = estimate.registrations(
            rows(("A00001", "E01900000", 40), vintage="2011"), weights, AREAS
        )
        assert where.residents.toarray().tolist() == [[30, 10, 0, 0]]

    @pytest.mark.parametrize("vintage", ["2011", "2021"])
    def test_an_unknown_code_of_england_is_not_called_outside(self, vintage: str) -> None:
        unknown = rows(("A00001", "E01999999", 5), vintage=vintage)
        with pytest.raises(KeyError, match=f"E01999999 is not an LSOA of {vintage}"):
            estimate.registrations(unknown, SAME, AREAS)

    def test_a_practice_without_patients_has_no_shares(self) -> None:
        where = estimate.registrations(
            rows(("A00001", "E01000001", 5), ("B00002", "E01000001", 0)), SAME, AREAS
        )
        assert where.practices.tolist() == ["A00001"]

    @quick
    @given(registered())
    def test_shares_add_up_to_one(self, where: estimate.Registrations) -> None:
        inside = np.asarray(where.shares.sum(axis=1)).ravel()
        assert inside + where.outside + where.unallocated == pytest.approx(1)


class TestApportion:
    """cases(l, c) = sum over practices of register x patients there / patients."""

    def test_by_hand(self, town: estimate.Registrations) -> None:
        counts = pd.DataFrame({"count": [10.0, 5.0, 7.0]}, index=["A00001", "B00002", "C00003"])
        made = estimate.apportion(counts, town)
        assert made.areas[:, 0].tolist() == [6, 7, 0, 0]
        assert (made.outside[0], made.unallocated[0], made.unplaced[0]) == (1, 1, 7)
        assert made.total[0] == 22

    @quick
    @given(
        registered(),
        hnp.arrays(np.float64, (4, 2), elements=st.floats(0, 1e5) | st.just(np.nan)),
    )
    def test_nothing_is_lost(self, where: estimate.Registrations, known: np.ndarray) -> None:
        index = ["A00001", "B00002", "C00003", "D00004"]
        counts = pd.DataFrame(known, index=index, columns=["count", "denominator"])
        made = estimate.apportion(counts, where)
        parts = made.areas.sum(axis=0) + made.outside + made.unallocated + made.unplaced
        assert parts == pytest.approx(counts.sum().to_numpy(), rel=1e-9, abs=1e-6)
        assert made.total == pytest.approx(parts)
        assert (made.areas >= 0).all()

    def test_covered_by_hand(self, town: estimate.Registrations) -> None:
        share = estimate.covered(pd.Index(["B00002"]), town)
        assert share[:2].tolist() == [0, 50 / 70]
        assert np.isnan(share[2:]).all()


class TestInherit:
    """A network's rate reaches an LSOA as a patient-weighted mean."""

    NETWORK = pd.Series({"A00001": "U00001", "B00002": "U00002", "C00003": "U00001"})

    def test_by_hand(self, town: estimate.Registrations) -> None:
        rates = pd.DataFrame({"value": [0.8, 0.1]}, index=["U00001", "U00002"])
        top = estimate.inherit(rates, self.NETWORK, town).areas[:, 0]
        bottom = estimate.inherit_weights(rates, self.NETWORK, town).areas[:, 0]
        # 20 patients of A at 0.8 and 50 of B at 0.1
        assert top / np.maximum(bottom, 1) == pytest.approx([0.8, 21 / 70, 0, 0])
        assert bottom == pytest.approx([60, 70, 0, 0])

    @quick
    @given(
        registered(),
        hnp.arrays(np.float64, (2, 1), elements=st.floats(0, 1) | st.just(np.nan)),
    )
    def test_lies_between_the_lowest_and_highest_network(
        self, where: estimate.Registrations, known: np.ndarray
    ) -> None:
        rates = pd.DataFrame(known, index=["U00001", "U00002"], columns=["value"])
        top = estimate.inherit(rates, self.NETWORK, where).areas[:, 0]
        bottom = estimate.inherit_weights(rates, self.NETWORK, where).areas[:, 0]
        of = rates["value"].reindex(self.NETWORK.reindex(where.practices)).to_numpy()
        serves = where.shares.toarray() > 0
        for at in np.flatnonzero(bottom):
            here = of[serves[:, at]]
            mean = top[at] / bottom[at]
            assert np.nanmin(here) - 1e-9 <= mean <= np.nanmax(here) + 1e-9
        assert (top[bottom == 0] == 0).all()


class TestSpread:
    """Patient-weighted 10th and 90th percentile of the practices that serve an area."""

    EACH = np.arange(4, dtype=np.int64)

    def test_by_hand(self) -> None:
        where = estimate.registrations(
            rows(
                ("A00001", "E01000001", 9),
                ("B00002", "E01000001", 1),
                ("C00003", "E01000001", 90),
                ("C00003", "E01000002", 1),
            ),
            SAME,
            AREAS,
        )
        rates = pd.DataFrame({"value": [30.0, 10.0, 20.0]}, index=["A00001", "B00002", "C00003"])
        low, high = estimate.spread(rates, where, self.EACH, 4)[:, :, 0]
        # in rising order: 1 patient at 10, 90 at 20, 9 at 30; a tenth is reached at 20
        assert (low[0], high[0]) == (20, 20)
        assert (low[1], high[1]) == (20, 20)
        assert np.isnan(low[2:]).all()
        assert np.isnan(high[2:]).all()

    def test_an_exact_boundary_belongs_to_the_lower_rate(self) -> None:
        where = estimate.registrations(
            rows(("A00001", "E01000001", 10), ("B00002", "E01000001", 90)), SAME, AREAS
        )
        rates = pd.DataFrame({"value": [1.0, 2.0]}, index=["A00001", "B00002"])
        low, high = estimate.spread(rates, where, self.EACH, 4)[:, :, 0]
        assert (low[0], high[0]) == (1, 2)

    def test_practices_without_a_rate_do_not_count(self) -> None:
        where = estimate.registrations(
            rows(("A00001", "E01000001", 99), ("B00002", "E01000001", 1)), SAME, AREAS
        )
        rates = pd.DataFrame({"value": [np.nan, 2.0]}, index=["A00001", "B00002"])
        low, high = estimate.spread(rates, where, self.EACH, 4)[:, :, 0]
        assert (low[0], high[0]) == (2, 2)

    @quick
    @given(
        registered(),
        hnp.arrays(np.float64, (3, 2), elements=st.floats(0, 100) | st.just(np.nan)),
        st.sampled_from([[0, 1, 2, 3], [0, 0, 1, 1], [0, 0, 0, 0]]),
    )
    def test_lies_within_the_practices_rates(
        self, where: estimate.Registrations, known: np.ndarray, group: list[int]
    ) -> None:
        rates = pd.DataFrame(known, index=["A00001", "B00002", "C00003"], columns=["a", "b"])
        into = np.array(group, dtype=np.int64)
        made = estimate.spread(rates, where, into, 4)
        values = rates.reindex(where.practices).to_numpy()
        for at in range(4):
            serves = where.shares.toarray()[:, into == at].sum(axis=1) > 0
            for m in range(2):
                here = values[serves, m]
                here = here[~np.isnan(here)]
                low, high = made[:, at, m]
                if not len(here):
                    assert np.isnan(low)
                    assert np.isnan(high)
                else:
                    assert low in here
                    assert high in here
                    assert low <= high


class TestRounding:
    """Rounded figures do not drift from their sum."""

    def test_by_hand(self) -> None:
        values = np.array([0.4, 0.4, np.nan, 0.4, 0.4])
        out = estimate.round_keeping_total(values, 0)
        assert out[[0, 1, 3, 4]].tolist() == [0, 1, 0, 1]
        assert np.isnan(out[2])

    @quick
    @given(
        hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 1e4) | st.just(np.nan)),
        st.integers(0, 3),
    )
    def test_running_totals_stay_within_half_a_unit(
        self, values: np.ndarray, decimals: int
    ) -> None:
        out = estimate.round_keeping_total(values, decimals)
        assert (np.isnan(out) == np.isnan(values)).all()
        off = np.cumsum(np.nan_to_num(out)) - np.cumsum(np.nan_to_num(values))
        assert np.abs(off).max() <= 0.5 / 10**decimals + 1e-6
        assert (out[~np.isnan(out)] >= 0).all()
        units = out[~np.isnan(out)] * 10**decimals
        assert units == pytest.approx(np.round(units), abs=1e-6)
