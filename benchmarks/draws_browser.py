"""Do the browser and Python draw the same? Random seeds, labels and pools, permuted on both sides.

python -m benchmarks.draws_browser [--draws 10000]
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import time

from playwright.sync_api import sync_playwright

from evaluation.rules import draw
from tests.sealing_js.serving import SiteServer

IN_THE_BROWSER = """async (cases) => {
  const [m, c] = await Promise.all([import("/static/sealing/draw.js"), import("/static/sealing/canonical.js")]);
  const orders = [];
  for (const {pool, seed, label} of cases) orders.push(await m.permutation(pool, c.fromHex(seed), label));
  return orders;
}"""
_AT_ONCE = 500


def cases_of(count: int, *, seed: int = 14) -> list[dict[str, object]]:
    """Return ``count`` random draws: pools of 1 to 40 handles, some of them with characters beyond ASCII."""
    source = random.Random(seed)
    letters = "0123456789abcdef:./-_é豆𝄞"
    cases = []
    for _ in range(count):
        handles = ("".join(source.choices(letters, k=source.randint(1, 12))) for _ in range(source.randint(1, 40)))
        seed_of_it, label = source.randbytes(32).hex(), f"experts/{source.randrange(1000)}"
        cases.append({"pool": sorted(set(handles)), "seed": seed_of_it, "label": label})
    return cases


def ordered(case: dict[str, object]) -> list[str]:
    """Return the order of one case as Python draws it."""
    return list(draw.permutation(case["pool"], seed=bytes.fromhex(case["seed"]), label=case["label"]))


def main() -> int:
    """Print how many of how many agree; 1 unless all do."""
    asked = argparse.ArgumentParser(description="Draws in the browser and in Python")
    asked.add_argument("--draws", type=int, default=10_000)
    cases = cases_of(asked.parse_args().draws)
    began, agreed = time.monotonic(), 0
    with SiteServer() as site, sync_playwright() as play:
        names = (os.environ.get("CHROMIUM") or "chromium", "chromium-browser", "google-chrome")
        path = next((found for name in names if (found := shutil.which(name))), None)
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--no-first-run"])
        page = browser.new_page(base_url=site.address)
        page.goto("/blank.html")
        for start in range(0, len(cases), _AT_ONCE):
            some = cases[start : start + _AT_ONCE]
            agreed += sum(
                found == ordered(case) for found, case in zip(page.evaluate(IN_THE_BROWSER, some), some, strict=True)
            )
        browser.close()
    print(f"{agreed} of {len(cases)} draws agree, {time.monotonic() - began:.1f} s")
    return 0 if agreed == len(cases) else 1


if __name__ == "__main__":
    sys.exit(main())
