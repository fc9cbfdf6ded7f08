"""A small run of ``benchmarks/fuzz.py``."""

from __future__ import annotations

import random

from tests.verifier.fuzzing import Readers
from verifier.words import Fault

TIMES = 1_500


def test_every_reader_takes_what_it_should_and_ends_in_a_named_fault_otherwise() -> None:
    readers, dice = Readers(), random.Random(4)
    for reader, good in readers.taken.values():
        reader(good)
    refused = 0
    for _ in range(TIMES):
        _, reader, data = readers.hostile(dice)
        try:
            reader(data)
        except Fault:
            refused += 1
    assert refused > TIMES * 0.8
