"""Random damage to a bundle, and how much of it the verifier finds (promises P10 and P11).

    python -m benchmarks.tamper [--times 5000] [--seed 1]

Every damage once with the index as it was, once with an index that the platform signs anew; then every platform that
cheats, where it logs consistently and all witnesses collude. What is accepted and not harmless ends in status 1.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from typing import TYPE_CHECKING

from tests.verifier.draw_cheats import CHEATS
from tests.verifier.judging import failed, judged, trust_of
from tests.verifier.paper import honest
from tests.verifier.platforms import VARIANTS, tells
from tests.verifier.tampering import damaged, is_harmless, resigned

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.verifier.paper import Paper


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    bad = _damage(given.times, given.seed, signs_again=False) + _damage(given.times, given.seed, signs_again=True)
    missed = [name for name, variant in VARIANTS.items() if failed(*tells(variant)) is None]
    missed += [name for name, cheat in CHEATS.items() if _steered(cheat) is None]
    of = len(VARIANTS) + len(CHEATS)
    print(f"platforms that cheat: {of}, found {of - len(missed)}; missed: {missed}")
    raise SystemExit(1 if bad or missed else 0)


def _steered(cheat: Callable[[Paper], None]) -> object:
    paper = honest()
    cheat(paper)
    return failed(paper, paper.bundle())


def _damage(times: int, seed: int, *, signs_again: bool) -> int:
    paper = honest()
    files, trust, dice = paper.bundle(), trust_of(paper), random.Random(seed)
    if signs_again:
        files = {path: data for path, data in files.items() if not path.startswith("bundle.")}
    counts, steps, began = Counter[str](), Counter[int](), time.perf_counter()
    for _ in range(times):
        path, spoiled = damaged(files, dice)
        report = judged(resigned(paper, spoiled) if signs_again else spoiled, trust)
        if report.fault is not None:
            counts["found"] += 1
            steps[report.number] += 1
        elif is_harmless(files, spoiled):
            counts["harmless: lines of witnesses with the quorum still met, lines twice"] += 1
        else:
            counts["MISSED"] += 1
            print(f"missed: {path}")
    title = "the platform signs the index again" if signs_again else "the index as it was"
    print(f"{title}: {times} damages, {dict(counts)}, {time.perf_counter() - began:.1f} s")
    print(f"  by step: {dict(sorted(steps.items()))}")
    return counts["MISSED"]


if __name__ == "__main__":
    main()
