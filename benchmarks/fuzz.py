"""Hostile inputs for every reader of the verifier: each must end in a named fault or a value (promise P12).

    python -m benchmarks.fuzz [--times 100000] [--seed 1]

What ends in any other exception, or takes longer than a second, is printed and ends in status 1.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter

from tests.verifier.fuzzing import Readers
from verifier.words import Fault

SLOW = 1.0  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    readers, dice = Readers(), random.Random(given.seed)
    counts, uncaught, began = Counter[str](), 0, time.perf_counter()
    for number in range(given.times):
        name, reader, data = readers.hostile(dice)
        start = time.perf_counter()
        try:
            reader(data)
            counts["taken"] += 1
        except Fault:
            counts["refused"] += 1
        except Exception as error:  # noqa: BLE001  (what is looked for)
            uncaught += 1
            print(f"input {number} for {name}: {error!r}: {data[:200]!r}")
        if time.perf_counter() - start > SLOW:
            counts["slow"] += 1
            print(f"input {number} for {name}: slow: {data[:200]!r}")
    took = time.perf_counter() - began
    print(f"{given.times} inputs for {len(readers.taken)} readers in {took:.0f} s: {dict(counts)}, uncaught {uncaught}")
    raise SystemExit(1 if uncaught or counts["slow"] else 0)


if __name__ == "__main__":
    main()
