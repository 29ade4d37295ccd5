"""Fixtures of `tests/postgres`."""

from tests.build.pieces import database, small, snapshot

__all__ = ["database", "small", "snapshot"]
