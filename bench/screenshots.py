"""Pictures of the review page: ``python bench/screenshots.py OUT FIGID FOLDER``.

Takes the queue and one figure of a run at widths of 1440 and 900 pixels, light and dark.
Needs Playwright and Chromium.
"""

from __future__ import annotations

import argparse
import shutil
import threading
from pathlib import Path

from pipeline.review.server import prepare
from pipeline.running.writing import Output

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


def take(address: str, figid: str, folder: Path) -> None:
    """Write ``review-queue-WIDTH-SCHEME.png`` and ``review-figure-WIDTH-SCHEME.png``."""
    from playwright.sync_api import sync_playwright

    pages = {"queue": address, "figure": f"{address}figure/{figid}"}
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        for scheme in ("light", "dark"):
            for width in (1440, 900):
                size = {"width": width, "height": 900}
                context = browser.new_context(viewport=size, color_scheme=scheme)
                page = context.new_page()
                for name, place in pages.items():
                    page.goto(place, wait_until="networkidle")
                    page.screenshot(path=folder / f"review-{name}-{width}-{scheme}.png")
                context.close()
        browser.close()


def main() -> None:
    """Serve a run and take its pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("figid")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    page = prepare(Output(options.out), reviewer="ann")
    thread = threading.Thread(target=page.server.run, kwargs={"sockets": [page.listener]})
    thread.start()
    try:
        take(page.address, options.figid, options.folder)
    finally:
        page.server.should_exit = True
        thread.join()
        page.listener.close()


if __name__ == "__main__":
    main()
