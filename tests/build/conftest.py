"""Fixtures of `tests/build`."""

from tests.build.pieces import database, small, snapshot

__all__ = ["database", "small", "snapshot"]
