"""Draw statistics: is every draw uniform, and does the last contributor gain by holding back?

    python -m benchmarks.draws [--draws 200000] [--trials 3000]

Uniformity: draws of 5 from 13; chi-square of membership, of the first place, of ordered first pairs; pass: p > 0.001
on each. The negative control (``byte mod 13``) must fail. Abort attack: a contributor who may stay silent wants a
favourite among 5 of 30; blind to the result it gains nothing, and the control that sees the result does.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import math
import sys
import time
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from evaluation.rules import draw

LEAST_P = 0.001
LARGEST_GAIN = 0.02
POOL = tuple(f"e{number:02}" for number in range(13))
PICK = 5
_LARGE_POOL = tuple(f"e{number:02}" for number in range(30))


@dataclass(frozen=True)
class ChiSquare:
    """A statistic, its degrees of freedom, and how likely one at least as large is by chance."""

    value: float
    df: int

    @property
    def p(self) -> float:
        return _upper_gamma(self.df / 2, self.value / 2)


@dataclass(frozen=True)
class Attack:
    """How often the favourite is drawn: fairly, with blind silence, and with silence after seeing the result."""

    fair: float
    blind: float
    seeing: float


def uniformity(*, draws: int) -> dict[str, ChiSquare]:
    """Return the three statistics over ``draws`` draws of 5 from 13."""
    members: Counter[str] = Counter()
    first: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for number in range(draws):
        order = draw.permutation(POOL, seed=_seed(b"uniform", number), label="experts/civil")
        members.update(order[:PICK])
        first[order[0]] += 1
        pairs[order[0], order[1]] += 1
    n = len(POOL)
    share = PICK / n
    # membership of 5 among 13 without replacement: the sum of squares is scaled to n - 1 degrees of freedom
    expected = draws * share
    spread = sum((members[handle] - expected) ** 2 for handle in POOL) / (expected * (1 - share)) * (n - 1) / n
    return {
        "membership": ChiSquare(spread, n - 1),
        "first place": _against([first[handle] for handle in POOL], draws),
        "ordered pairs": _against([pairs[a, b] for a in POOL for b in POOL if a != b], draws),
    }


def careless(*, draws: int) -> ChiSquare:
    """Return the statistic of the negative control: one byte modulo 13."""
    bytes_ = (byte for number in range(draws // 32 + 1) for byte in _seed(b"careless", number))
    counted = Counter(byte % 13 for byte in islice(bytes_, draws))
    return _against([counted[value] for value in range(13)], draws)


def abort_attack(*, trials: int) -> Attack:
    """Return how often the favourite is among 5 of 30 when the last contributor may stay silent.

    The worst case of a silent contributor: it is left out (with the escrow it would be opened instead). Blind, it
    decides by a guess of the function's output, which is all that it has; in the control it sees the output, as in
    commit and reveal without a function.
    """
    fair = blind = seeing = 0
    for number in range(trials):
        others, own, secret, guess = (_seed(kind, number) for kind in (b"others", b"own", b"secret", b"guess"))
        both, alone = {"agency": others, "supervisor": own}, {"agency": others}
        wins = {True: _drawn(both, secret), False: _drawn(alone, secret)}
        fair += wins[True]
        reveals = _drawn(both, guess) or not _drawn(alone, guess)
        blind += wins[reveals]
        seeing += wins[True] or wins[False]
    return Attack(fair / trials, blind / trials, seeing / trials)


def _drawn(contributions: dict[str, bytes], secret: bytes) -> bool:
    manifest = hashlib.sha256(b"manifest").hexdigest()
    beta = hmac.digest(secret, draw.alpha_of(manifest, contributions), "sha512")  # stands for the function: as blind
    seed = draw.seed_of(manifest, contributions, beta=beta)
    return _LARGE_POOL[0] in draw.permutation(_LARGE_POOL, seed=seed, label="experts/civil")[:PICK]


def _seed(kind: bytes, number: int) -> bytes:
    return hashlib.sha256(kind + number.to_bytes(8, "big")).digest()


def _against(counts: list[int], total: int) -> ChiSquare:
    expected = total / len(counts)
    return ChiSquare(sum((count - expected) ** 2 for count in counts) / expected, len(counts) - 1)


def _upper_gamma(a: float, x: float) -> float:
    """Return the regularised upper incomplete gamma function (series below a + 1, continued fraction above)."""
    scale = math.exp(-x + a * math.log(x) - math.lgamma(a)) if x > 0 else 0.0
    if x < a + 1:
        term = total = 1 / a
        for step in range(1, 2_000):
            term *= x / (a + step)
            total += term
        return 1 - total * scale
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    fraction = d
    for step in range(1, 2_000):
        weight = -step * (step - a)
        b += 2
        d = 1 / (weight * d + b or tiny)
        c = b + weight / c or tiny
        fraction *= d * c
    return fraction * scale


def main() -> int:
    """Print every figure with its verdict; 1 if one fails."""
    asked = argparse.ArgumentParser(description="Draw statistics")
    asked.add_argument("--draws", type=int, default=200_000)
    asked.add_argument("--trials", type=int, default=3_000)
    given = asked.parse_args()
    began = time.monotonic()
    good = True
    for name, result in uniformity(draws=given.draws).items():
        good &= result.p > LEAST_P
        print(f"{name:14} chi-square {result.value:8.1f}  df {result.df:3}  p {result.p:.4f}")
    control = careless(draws=given.draws)
    good &= control.p < LEAST_P
    print(f"{'byte mod 13':14} chi-square {control.value:8.1f}  df {control.df:3}  p {control.p:.2g} (must fail)")
    attack = abort_attack(trials=given.trials)
    good &= abs(attack.blind - attack.fair) < LARGEST_GAIN
    print(f"favourite of 5 in 30: fair {attack.fair:.3f}, blind silence {attack.blind:.3f}, seeing {attack.seeing:.3f}")
    print(f"{'passed' if good else 'FAILED'} in {time.monotonic() - began:.1f} s")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
