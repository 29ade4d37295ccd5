"""Errors of geography that people read."""


class GeoError(Exception):
    """Base of every error whose message is shown to users as one sentence."""


class BoundaryError(GeoError):
    """A boundary is missing, broken or in the wrong place."""


class LookupGapError(GeoError):
    """An area is missing from a look-up, or belongs where it cannot."""
