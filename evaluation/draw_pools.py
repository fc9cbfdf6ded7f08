"""Who or what stands in the pool of a draw, by purpose, and what speaks against drawing it at all.

A draw needs key holders, so a lot whose ceremony is signed; parties of at least two organisations; and a law that
allows it: experts (招投标法 37; 招投标条例 46; 采购条例 39), equal bids only where the documents say so and never in
tenders that the law demands (发改法规规〔2022〕1117号 (2)), coefficients only from a list published with the documents.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import SigningKey
from accounts.names import KeyKind, Role
from accounts.queries import seats_in_force
from bidding.models import Ceremony, KeyHolder, Seal
from core.reasons import reason
from evaluation import draw_papers, queries
from evaluation.models import Calculation, Draw, PooledExpert
from evaluation.names import Exclusion, Purpose
from evaluation.rules import calculation as pure
from evaluation.rules.draw_manifest import SALT_LENGTH, blinded, numbered
from trading.models import Participation
from trading.names import Stage, TieRule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from accounts.models import Organisation, User
    from core.reasons import Reason
    from evaluation.rules.ties import Ranked
    from trading.models import Lot

BEFORE_WORK = frozenset({Stage.OPENED, Stage.QUALIFICATION})
CODES = tuple(Exclusion)


@dataclass(frozen=True)
class Candidate:
    """Somebody or something to be drawn, or excluded with a code and a sentence."""

    handle: str
    salt: bytes | None = None
    user: User | None = None
    organisation: Organisation | None = None
    exclusion: str = ""
    because: str = ""


@dataclass(frozen=True)
class Plan:
    """What is to be drawn: purpose, label, how many, from whom, and whose contributions are asked for."""

    purpose: Purpose
    label: str
    pick: int
    candidates: tuple[Candidate, ...]
    parties: tuple[str, ...]
    objections: tuple[Reason, ...] = ()

    @property
    def pool(self) -> tuple[Candidate, ...]:
        """Who can be drawn."""
        return tuple(each for each in self.candidates if not each.exclusion)


@dataclass(frozen=True)
class Left:
    """Why the buying side leaves an expert out of the pool."""

    code: str
    because: str


def of_experts(lot: Lot, *, stratum: str, seats: int, left_out: Mapping[str, Left], parties: Sequence[str]) -> Plan:
    """Return the draw of ``seats`` experts of a stratum; ``left_out`` by person's number, each with its reason.

    Everybody of the stratum stands in the pool or among the excluded: nobody is left out in silence. Whoever is
    employed by somebody who takes part is excluded by the platform itself (12号令 12; 采购条例 9).
    """
    rows = list(
        PooledExpert.objects.select_related("user", "employer").filter(stratum=stratum, left_at=None).order_by("pk")
    )
    sides = set(Participation.objects.filter(project=lot.project).values_list("organisation_id", flat=True))
    seated = _organisations_of([row.user_id for row in rows])
    candidates = tuple(_expert(row, sides, seated.get(row.user_id, set()), left_out) for row in rows)
    reasons = []
    if Stage(lot.stage) not in BEFORE_WORK:
        reasons.append(reason("experts are drawn after the opening and before the committee begins (招投标条例 46)"))
    if queries.committee_of(lot) is not None:
        reasons.append(reason("the committee is named already"))
    if strangers := sorted(set(left_out) - {row.user.number for row in rows}):
        reasons.append(reason("{number} does not stand in this stratum", number=", ".join(strangers)))
    for number, left in left_out.items():
        if left.code not in list(Exclusion) or not left.because.strip():
            reasons.append(reason("say why {number} is left out", number=number))
    return Plan(Purpose.EXPERTS, f"experts/{stratum}", seats, candidates, tuple(sorted(parties)), tuple(reasons))


def of_tie(lot: Lot, *, rank: int, parties: Sequence[str]) -> Plan:
    """Return the draw that orders the bids which share ``rank`` in the calculation, by the digests of their seals."""
    tied = tied_at(lot, rank)
    numbers = {row.bid for row in tied}
    seals = Seal.objects.select_related("bidder").filter(lot=lot, state=Seal.LIVE, bidder__number__in=numbers)
    candidates = tuple(Candidate(seal.digest, organisation=seal.bidder) for seal in seals.order_by("digest"))
    reasons = []
    if lot.project.tie_rule != TieRule.PRICE_TECHNICAL_DRAW:
        reasons.append(
            reason("the documents provide no draw between equal bids; demanded tenders forbid one (1117号 (2))")
        )
    if not tied:
        reasons.append(reason("no bids share this rank"))
    if queries.report_of(lot) is not None:
        reasons.append(reason("the report is drawn up; the ranking stays as it is"))
    label = f"tie/{lot.number}" if rank == 1 else f"tie/{lot.number}/{rank}"
    return Plan(Purpose.TIE, label, 1, candidates, tuple(sorted(parties)), tuple(reasons))


def of_values(lot: Lot, *, name: str, parties: Sequence[str]) -> Plan:
    """Return the draw of the coefficient ``name`` among the values that the documents published for it."""
    values = [str(value) for value in lot.project.method_parameters.get(f"{name}_candidates") or ()]
    candidates = tuple(Candidate(handle) for handle in numbered(values))
    reasons = []
    if not values:
        reasons.append(reason("the documents publish no values among which this coefficient is drawn"))
    if lot.box_closed_at is None:
        reasons.append(reason("a coefficient is drawn after the deadline for bids"))
    if Calculation.objects.filter(lot=lot).exists():
        reasons.append(reason("the ranking is calculated already"))
    return Plan(
        Purpose.BENCHMARK, draw_papers.value_label(lot, name), 1, candidates, tuple(sorted(parties)), tuple(reasons)
    )


def objections(lot: Lot, plan: Plan) -> list[Reason]:
    """Return everything that stands against a draw."""
    reasons = list(plan.objections)
    ceremony = Ceremony.objects.filter(lot=lot).first()
    if ceremony is None or ceremony.signed_at is None:
        reasons.append(reason("a draw needs the key holders of the lot: its ceremony is not signed"))
    if plan.pick < 1:
        reasons.append(reason("at least one is drawn"))
    if len(plan.pool) < max(plan.pick, 1):
        reasons.append(reason("{n} can be drawn, {pick} are needed", n=len(plan.pool), pick=plan.pick))
    running = Draw.objects.filter(lot=lot, label=plan.label).exclude(state=Draw.GIVEN_UP).first()
    if running is not None:
        reasons.append(reason("“{label}” is drawn already or being drawn: there is no second draw", label=plan.label))
    return reasons + _party_objections(lot, plan.parties)


def possible_parties(lot: Lot) -> dict[str, Organisation]:
    """Return who may contribute, by id: the key holders of the lot, and organisations that enrolled a key for it."""
    found: dict[str, Organisation] = {
        row.kid: row.organisation
        for row in KeyHolder.objects.select_related("organisation").filter(project=lot.project, lost_at=None)
    }
    sides = Participation.objects.filter(project=lot.project).values("organisation")
    keys = SigningKey.objects.select_related("organisation").filter(
        kind=KeyKind.PARTY, retired_at=None, organisation__in=sides
    )
    return found | {key.subject: key.organisation for key in keys}


def tied_at(lot: Lot, rank: int) -> list[Ranked]:
    """Return the bids that still share a rank in the calculation; empty if fewer than two do."""
    row = Calculation.objects.filter(lot=lot).first()
    if row is None:
        return []
    ranking = pure.Calculation.from_json(row.document).ranking
    return [each for each in ranking if each.rank == rank and each.tied_with]


def _party_objections(lot: Lot, parties: Sequence[str]) -> list[Reason]:
    possible = possible_parties(lot)
    reasons = [
        reason("“{party}” can contribute to no draw of this lot", party=party)
        for party in parties
        if party not in possible
    ]
    if len(set(parties)) != len(parties):
        reasons.append(reason("a party contributes once"))
    if len({possible[party].pk for party in parties if party in possible}) < 2:  # noqa: PLR2004
        reasons.append(reason("parties of at least two organisations contribute to a draw"))
    return reasons


def _organisations_of(users: Sequence[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for user, organisation in seats_in_force().filter(user__in=users).values_list("user_id", "organisation_id"):
        found.setdefault(user, set()).add(organisation)
    return found


def _expert(row: PooledExpert, sides: set[int], organisations: set[int], left_out: Mapping[str, Left]) -> Candidate:
    salt = os.urandom(SALT_LENGTH)
    code, because = "", ""
    if sides & (organisations | {row.employer_id or 0}):
        code, because = Exclusion.EMPLOYER.value, ""
    elif not seats_in_force().filter(user=row.user, role=Role.EXPERT).exists():
        code = Exclusion.SUSPENDED.value
    if (left := left_out.get(row.user.number)) is not None and not code:
        code, because = left.code, left.because.strip()
    return Candidate(blinded(row.user.number, salt), salt, row.user, row.employer, code, because)
