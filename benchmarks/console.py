"""The console in a real Chromium: first paint, and verdict key to the next post.

Serves the world of the browser tests on loopback; needs Chromium and `tests` on the
path (`python -m benchmarks` sees to that).

    PYTHONPATH=tests python -m benchmarks.console
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

VERDICTS = 12
"""Verdicts timed; the queue of the test world holds more."""


def main() -> None:
    """Measure and print one JSON line."""
    from e2e.browser import CHROMIUM, browser_page, open_desk, sign_in
    from e2e.serving import console

    if not CHROMIUM.exists():
        print("console: no Chromium here, nothing was measured")
        sys.exit(0)
    with (
        tempfile.TemporaryDirectory() as folder,
        console(Path(folder)) as address,
        browser_page() as page,
    ):
        sign_in(page, address)
        page.goto(address)
        page.wait_for_load_state("networkidle")
        paint = page.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        )
        open_desk(page, address, "queue=answers")
        waits = []
        for _ in range(VERDICTS):
            before = page.url
            started = time.perf_counter()
            page.keyboard.press("5")
            page.wait_for_url(lambda url, old=before: url != old)
            waits.append((time.perf_counter() - started) * 1000)
    print(
        json.dumps(
            {
                "first_paint_ms": round(paint),
                "verdict_to_next_ms_p50": round(statistics.median(waits)),
                "verdict_to_next_ms_max": round(max(waits)),
                "verdicts": len(waits),
            }
        )
    )


if __name__ == "__main__":
    main()
