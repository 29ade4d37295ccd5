"""Take the screenshots of docs/screens again: `python -m tests.screens [name ...]`."""

import sys
import tempfile
from pathlib import Path

from tests.server import ROOT, Look, browsing, free_port, serving, streamlit

SCREENS = ROOT / "docs" / "screens"
BSOL = "ics=ICB26:E54000055"
PHONE = {
    "user_agent": "Mozilla/5.0 (Linux; Android 15) Chrome/150 Mobile Safari/537.36 Mobi",
    "has_touch": True,
    "is_mobile": True,
}
TALLEST = 2600
"""Pixels of a page that a picture shows."""
PAGES = {
    "map-england": "",
    "map-bivariate": f"?{BSOL}&level=lsoa&view=two",
    "map-overlap": f"?{BSOL}&view=overlap",
    "map-opened": f"?{BSOL}&layer=condition&area=MSOA21:E02001896",
    "map-hot-spots": "?ics=ICB24:E54000057&layer=condition&condition=qof_copd&breaks=clusters",
    "map-bedford-fuel-poverty": "?ics=ICB24:E54000024&place=QHG-BEDFORD&level=lsoa&layer=context",
    "map-surrey-heartlands-lsoa": "?ics=ICB24:E54000063&level=lsoa&layer=condition"
    "&condition=qof_hyp",
    "map-practices": "?ics=ICB24:E54000024&place=QHG-BEDFORD&layer=coverage&practices=yes",
    "inequalities": f"inequalities?{BSOL}",
    "inequalities-diabetes": f"inequalities?{BSOL}&indicator=qof_dm",
    "profile-neighbourhood": f"profile?{BSOL}&area=MSOA21:E02001896",
    "profile-ics": f"profile?{BSOL}",
    "methods": "methods",
    "methods-diabetes": "methods?indicator=qof_dm",
    "need": f"need?{BSOL}&condition=qof_chd&coverage=qof_chd005",
    "priorities": f"priorities?{BSOL}",
    "planner": f"planner?{BSOL}",
    "programmes": "programmes?programme=warm-homes-bedford",
    "areas": "areas?ics=ICB24:E54000024&place=QHG-BEDFORD",
}


def main(names: list[str]) -> None:
    """Serve the atlas and photograph each page on a desk and on a phone."""
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        env = {"ATLAS_HOME": home}
        log = Path(home) / "server.log"
        with (
            serving(streamlit(port), port=port, env=env, log=log) as address,
            browsing() as browser,
        ):
            for name in names or PAGES:
                for width, options in ((1400, {}), (390, PHONE)):
                    look = Look(browser, address, width=width, **options)
                    look.page.goto(f"{address}/{PAGES[name]}")
                    look.page.get_by_role("heading", level=1).first.wait_for(timeout=90_000)
                    look.ran()
                    if look.page.locator('[data-testid="stDeckGlJsonChart"]').count():
                        look.settled()
                    look.page.wait_for_timeout(3_000)  # charts and fonts have no event to wait for
                    tall = look.page.evaluate(
                        "document.querySelector('[data-testid=stMain]').scrollHeight"
                    )
                    look.page.set_viewport_size({"width": width, "height": min(tall, TALLEST)})
                    look.page.wait_for_timeout(3_000)
                    look.page.screenshot(path=SCREENS / f"{name}-{width}.png")
                    look.page.context.close()
                    print(name, width, tall)


if __name__ == "__main__":
    main(sys.argv[1:])
