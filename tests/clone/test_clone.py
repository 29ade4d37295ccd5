"""A newcomer's first minutes: a clone in an empty folder, `make run`, and a look at the map."""

import subprocess
from pathlib import Path

import pytest

from tests.server import ROOT, Look, browsing, free_port, serving

pytestmark = pytest.mark.clone


def test_make_run_in_an_empty_folder_serves_the_map(tmp_path: Path) -> None:
    clone = tmp_path / "newcomer" / "atlas"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True, timeout=120)
    assert not (clone.parent / "shared").exists()
    port = free_port()
    command = ["make", "run", f"PORT={port}"]
    log = tmp_path / "server.log"
    with (
        serving(command, port=port, cwd=clone, log=log, patience=1200) as address,
        browsing() as browser,
    ):
        look = Look(browser, address).map("?ics=ICB26:E54000055&layer=condition")
        assert look.page.get_by_role("heading", name="Birmingham and Solihull").is_visible()
        assert "Diabetes" in look.page.inner_text("body")
        assert not look.outside
        assert not look.errors
