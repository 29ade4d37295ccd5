"""Which area lies in which."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import lookups
from geo.errors import LookupGapError

quick = settings(derandomize=True, max_examples=60, deadline=None)


def table(**changes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Look-ups of four LSOAs: two ICSs of 2024 that became one; one authority lies in both."""
    codes = [f"E0100000{n}" for n in range(1, 5)]
    icb24 = pd.DataFrame(
        {
            "lsoa21": codes,
            "lsoa21_name": [f"Town 00{n}A" for n in range(1, 5)],
            "sicbl24": ["E38000001", "E38000001", "E38000002", "E38000002"],
            "sicbl24_nhs": ["01A", "01A", "02B", "02B"],
            "sicbl24_name": ["NHS One ICB - 01A"] * 2 + ["NHS Two ICB - 02B"] * 2,
            "icb24": ["E54000001", "E54000001", "E54000002", "E54000002"],
            "icb24_nhs": ["QHG", "QHG", "QB2", "QB2"],
            "icb24_name": ["NHS One Integrated Care Board"] * 2
            + ["NHS Two Integrated Care Board"] * 2,
            "lad24": ["E07000001", "E07000002", "E07000002", "E07000003"],
            "lad24_name": ["North", "Middle", "Middle", "South"],
        }
    )
    icb26 = pd.DataFrame(
        {
            "lsoa21": codes,
            "icb26": "E54000099",
            "icb26_nhs": "S1Y5D",
            "icb26_name": "NHS Whole Integrated Care Board",
        }
    )
    msoa = pd.DataFrame({"lsoa21": codes, "msoa21": "E02000001", "msoa21_name": "Town 001"})
    ward = pd.DataFrame(
        {
            "lsoa21": codes,
            "ward24": ["E05000001", "E05000002", "E05000002", "E05000003"],
            "ward24_name": ["St Mary's", "Castle", "Castle", "St Mary's"],
            "lad24": icb24["lad24"],
        }
    )
    rural = pd.DataFrame({"lsoa21": codes, "rural_urban": "UN1", "region": "South East"})
    utla = pd.DataFrame(
        {
            "lad23": ["E07000001", "E07000002", "E07000003"],
            "lad23_name": ["North", "Middle", "South"],
            "utla23": "E10000001",
            "utla23_name": "Shire",
        }
    )
    places = pd.DataFrame({"lsoa21": codes[:1], "icb24_nhs": "QHG", "place": "North & Town"})
    pcn = pd.DataFrame(
        {
            "lsoa21": codes,
            "pcn26": ["U00001", "U00001", "U", "U00002"],
            "pcn26_name": ["FIRST AND LAST PCN", "FIRST AND LAST PCN", "Unallocated", "SECOND PCN"],
        }
    )
    frames = {
        "icb24": icb24, "icb26": icb26, "msoa": msoa, "ward": ward,
        "rural_urban": rural, "utla": utla, "places": places, "pcn": pcn,
    }  # fmt: skip
    return frames | changes


class TestTable:
    def test_every_grouping_is_a_column(self) -> None:
        lsoas, names = lookups.lsoa_table(**table())
        assert list(lsoas.columns) == ["lsoa21", "name", "rural_urban", *lookups.GROUPINGS]
        assert len(lsoas) == 4
        for kind in lookups.GROUPINGS:
            known = set(names.loc[names["area_type"] == kind, "area_code"])
            assert known == set(lsoas[kind].dropna())

    def test_places_are_the_ics_own_or_its_part_of_an_authority(self) -> None:
        lsoas, names = lookups.lsoa_table(**table())
        by_code = lsoas.set_index("lsoa21")
        assert by_code["PLACE24"].tolist() == [
            "QHG-NORTH-TOWN", "QHG-E07000002", "QB2-E07000002", "QB2-E07000003",
        ]  # fmt: skip
        assert by_code["PLACE26"].tolist() == [
            "S1Y5D-NORTH-TOWN", "S1Y5D-E07000002", "S1Y5D-E07000002", "S1Y5D-E07000003",
        ]  # fmt: skip
        named = names.set_index(["area_type", "area_code"])["name"]
        assert named["PLACE24", "QB2-E07000002"] == "Middle (part)"
        assert named["PLACE26", "S1Y5D-E07000002"] == "Middle"

    def test_an_lsoa_without_a_network_has_none(self) -> None:
        lsoas, names = lookups.lsoa_table(**table())
        assert lsoas.set_index("lsoa21")["PCN26"].isna().tolist() == [False, False, True, False]
        named = names.set_index("area_code")["name"]
        assert named["U00001"] == "First and Last PCN"
        assert "U" not in named

    def test_wards_of_one_name_stay_apart_and_keep_it(self) -> None:
        lsoas, names = lookups.lsoa_table(**table())
        wards = lsoas.set_index("lsoa21")["WD24"]
        assert wards.tolist() == ["E05000001", "E05000002", "E05000002", "E05000003"]
        named = names[names["area_type"] == "WD24"].set_index("area_code")["name"]
        assert named.to_dict() == {
            "E05000001": "St Mary's", "E05000002": "Castle", "E05000003": "St Mary's",
        }  # fmt: skip

    def test_a_ward_of_another_authority_is_refused(self) -> None:
        ward = table()["ward"].replace({"lad24": {"E07000003": "E07000001"}})
        with pytest.raises(LookupGapError, match="E01000004 is in one authority"):
            lookups.lsoa_table(**table(ward=ward))

    def test_plain_names(self) -> None:
        _, names = lookups.lsoa_table(**table())
        named = names.set_index("area_code")["name"]
        assert (named["E54000001"], named["E38000001"]) == ("One", "One ICB - 01A")

    @pytest.mark.parametrize("name", ["icb26", "msoa", "ward", "rural_urban"])
    def test_a_look_up_that_lacks_an_lsoa_is_refused(self, name: str) -> None:
        short = table()[name].iloc[1:]
        with pytest.raises(LookupGapError, match="E01000001"):
            lookups.lsoa_table(**table(**{name: short}))

    @pytest.mark.parametrize("name", ["utla", "pcn"])
    def test_an_lsoa_that_belongs_nowhere_is_refused(self, name: str) -> None:
        with pytest.raises(LookupGapError, match="E0100000"):
            lookups.lsoa_table(**table(**{name: table()[name].iloc[1:]}))

    def test_a_known_fault_is_put_right_and_no_more_than_needed(self) -> None:
        code = "E01027305"
        wrong = {name: frame.replace("E01000002", code) for name, frame in table().items()}
        lad = pd.DataFrame(
            [["E06000062", "West Northamptonshire", "E06000062", "West Northamptonshire"]],
            columns=wrong["utla"].columns,
        )
        wrong["utla"] = pd.concat([wrong["utla"], lad])
        lsoas, _ = lookups.lsoa_table(**wrong)
        row = lsoas.set_index("lsoa21").loc[code]
        assert (row["LAD24"], row["RGN24"]) == ("E06000062", "E12000004")
        assert pd.isna(row["WD24"]), "the look-up knows no ward of its authority"
        known = wrong["ward"].copy()
        known.loc[known["lsoa21"] == code, ["ward24", "lad24"]] = ["E05000009", "E06000062"]
        lsoas, _ = lookups.lsoa_table(**(wrong | {"ward": known}))
        assert lsoas.set_index("lsoa21").loc[code, "WD24"] == "E05000009"
        here = wrong["icb24"]["lsoa21"] == code
        right = wrong["icb24"].copy()
        right.loc[here, ["lad24", "lad24_name"]] = ["E06000062", "West Northamptonshire"]
        region = wrong["rural_urban"].copy()
        region.loc[region["lsoa21"] == code, "region"] = "East Midlands"
        with pytest.raises(LookupGapError, match="needs no correction any more"):
            lookups.lsoa_table(**(wrong | {"icb24": right, "rural_urban": region}))


class TestNesting:
    def test_only_whole_areas_and_exact_unions(self) -> None:
        fine = pd.Series(["a", "a", "b", "b", "c", "d"])
        coarse = pd.Series(["A", "A", "B", "C", "C", "D"])
        # b straddles B and C, so neither B nor C is a union; c lies in C but C is not whole
        assert lookups.nesting(fine, coarse).to_dict() == {"a": "A", "d": "D"}

    @quick
    @given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("XYZ")), min_size=1))
    def test_what_nests_covers_the_larger_area_exactly(self, pairs: list[tuple[str, str]]) -> None:
        frame = pd.DataFrame(pairs, columns=["fine", "coarse"])
        inside = lookups.nesting(frame["fine"], frame["coarse"])
        for coarse, parts in inside.groupby(inside):
            ground = set(frame.index[frame["coarse"] == coarse])
            assert ground == set(frame.index[frame["fine"].isin(parts.index)])


class TestContainment:
    def test_shares_by_hand(self) -> None:
        lsoas, _ = lookups.lsoa_table(**table())
        people = lsoas["lsoa21"].map(
            {"E01000001": 10, "E01000002": 30, "E01000003": 90, "E01000004": 0}
        )
        found = lookups.containment(lsoas, people)
        key = ["child_type", "child_code", "parent_type", "parent_code"]
        share = found.set_index(key)["share"]
        assert share["LAD24", "E07000002", "ICB24", "E54000001"] == 0.25
        assert share["LAD24", "E07000002", "ICB24", "E54000002"] == 0.75
        assert share["ICB24", "E54000001", "ICB26", "E54000099"] == 1
        assert share["LAD24", "E07000003", "ENG", "E92000001"] == 1, "nobody lives there"
        assert not found.duplicated(key).any()

    def test_shares_of_a_child_add_up_to_one_in_each_type_of_parent(self) -> None:
        lsoas, _ = lookups.lsoa_table(**table())
        found = lookups.containment(lsoas, pd.Series([1, 2, 3, 4]))
        found = found[(found["parent_type"] != "PCN26") & (found["child_type"] != "PCN26")]
        total = found.groupby(["child_type", "child_code", "parent_type"])["share"].sum()
        assert total.to_numpy() == pytest.approx(1)


def test_msoas_that_kept_their_ground() -> None:
    lookup = pd.DataFrame(
        {
            "lsoa11_name": ["Ham 001A", "Ham 001B", "Ham 002A", "Ham 003A", "Ham 004A", "Ham 004B"],
            "lsoa21": ["a", "b", "c", "d", "e", "f"],
        }
    )
    # 001 is the same; 002 and 003 merged; 004 was split
    msoa = {"a": "M1", "b": "M1", "c": "M2", "d": "M2", "e": "M4", "f": "M5"}
    assert lookups.unchanged_msoas(lookup, msoa).to_dict() == {"Ham 001": "M1"}
