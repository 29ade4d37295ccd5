from tests.api.conftest import atlas_database, database_file, home  # noqa: F401
