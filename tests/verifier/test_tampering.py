"""A small run of ``benchmarks/tamper.py``: damage is found, also where the platform signs the index again."""

from __future__ import annotations

import random

from tests.verifier.judging import judged, trust_of
from tests.verifier.paper import honest
from tests.verifier.tampering import damaged, is_harmless, resigned

TIMES = 120


def test_random_damage_is_found() -> None:
    paper = honest()
    files, trust, dice = paper.bundle(), trust_of(paper), random.Random(1)
    for _ in range(TIMES):
        path, spoiled = damaged(files, dice)
        assert judged(spoiled, trust).fault is not None or is_harmless(files, spoiled), path


def test_random_damage_is_found_when_the_platform_signs_again() -> None:
    paper = honest()
    files, trust, dice = paper.bundle(), trust_of(paper), random.Random(2)
    rest = {path: data for path, data in files.items() if not path.startswith("bundle.")}
    for _ in range(TIMES):
        path, spoiled = damaged(rest, dice)
        report = judged(resigned(paper, spoiled), trust)
        assert report.fault is not None or is_harmless(rest, spoiled), path
