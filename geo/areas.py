"""Area types, what their codes look like, and the ladder from England down to the LSOA.

A type carries its vintage: `ICB24` are the 42 ICB areas of April 2024 to March 2026, `ICB26` the
36 since April 2026. A figure published for one vintage is never shown under another.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class AreaType:
    """One kind of area.

    Attributes
    ----------
    id : str
        `ICB24`, `LSOA21` and so on: the kind and its vintage.
    name, plural : str
        What people call one and several.
    pattern : str
        Regular expression that a code of this type matches whole.
    """

    id: str
    name: str
    plural: str
    pattern: str


AREA_TYPES: Final = {
    kind.id: kind
    for kind in (
        AreaType("ENG", "England", "England", r"E92000001"),
        AreaType("RGN24", "region", "regions", r"E12\d{6}"),
        AreaType("ICB26", "ICS (April 2026)", "ICSs (April 2026)", r"E54\d{6}"),
        AreaType("ICB24", "ICS (April 2024)", "ICSs (April 2024)", r"E54\d{6}"),
        AreaType("SICBL24", "sub-ICB location", "sub-ICB locations", r"E38\d{6}"),
        AreaType(
            "UTLA23", "upper-tier authority", "upper-tier authorities", r"E(06|08|09|10)\d{6}"
        ),
        AreaType("LAD24", "local authority", "local authorities", r"E(06|07|08|09)\d{6}"),
        AreaType("PLACE26", "place", "places", r"[A-Z0-9]{3,5}-[A-Z0-9-]+"),
        AreaType("PLACE24", "place", "places", r"[A-Z0-9]{3,5}-[A-Z0-9-]+"),
        AreaType("WD24", "ward", "wards", r"E05\d{6}"),
        AreaType("PCN26", "primary care network", "primary care networks", r"U\d{5}"),
        AreaType("PCN22", "primary care network", "primary care networks", r"U\d{5}"),
        AreaType("OWN", "own area", "own areas", r"X[0-9a-f]{10}"),
        AreaType("MSOA21", "neighbourhood", "neighbourhoods", r"E02\d{6}"),
        AreaType("MSOA11", "neighbourhood of 2011", "neighbourhoods of 2011", r"E02\d{6}"),
        AreaType("LSOA21", "LSOA", "LSOAs", r"E01\d{6}"),
        AreaType("LSOA11", "LSOA of 2011", "LSOAs of 2011", r"[EW]01\d{6}"),
        AreaType("GP", "GP practice", "GP practices", r"[A-Z]\d{5}"),
    )
}
"""All types by id."""

OWN: Final = "OWN"
"""Areas that users make of LSOAs; of no vintage but that of the LSOAs, and never listed."""

ENGLAND: Final = "E92000001"
