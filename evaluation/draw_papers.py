"""Reads of a draw's documents: what stands in them, what is known of the contributions, who stayed silent."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bidding.models import Ceremony
from bidding.rules.ceremony import read_ceremony
from core import log_reading
from core.canonical import b64u_decode
from evaluation.models import (
    Draw,
    DrawCandidate,
    DrawCommit,
    DrawRelease,
    DrawResult,
    DrawReveal,
    VrfKey,
    WitnessedManifest,
)
from evaluation.names import Purpose
from evaluation.rules import draw as rules
from evaluation.rules import draw_documents, draw_escrow
from evaluation.rules.draw_manifest import Manifest, read_manifest

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bidding.rules.ceremony import Ceremony as SignedCeremony
    from core.models import OutboxEntry
    from evaluation.models import Member
    from trading.models import Lot

AFTER_THE_DRAW: Final = ("draw.commit", "draw.reveal", "draw.release", "draw.refusal")


def ceremony_of(draw: Draw) -> SignedCeremony:
    """Return the key ceremony under which the draw's secrets are dealt."""
    return read_ceremony(bytes(Ceremony.objects.get(lot=draw.lot_id).document))


def manifest_of(draw: Draw) -> Manifest:
    """Return the manifest of a published draw."""
    return _manifest(bytes(draw.document or b""))


def checkpoint_of(draw: Draw) -> str | None:
    """Return the first checkpoint that covers the manifest and has its quorum, with its cosignatures; None yet."""
    if draw.entry is None or draw.entry.idx is None:
        return None
    found = log_reading.first_witnessed(draw.entry.idx + 1, quorum=ceremony_of(draw).quorum)
    return None if found is None else log_reading.cosigned_note(found)


def is_witnessed(draw: Draw) -> bool:
    """Say whether the checkpoint of enough witnesses is kept: only then may anybody commit."""
    return WitnessedManifest.objects.filter(draw=draw).exists()


def commits_of(draw: Draw) -> dict[str, draw_documents.Commit]:
    """Return every commitment by party."""
    manifest, ceremony = manifest_of(draw), ceremony_of(draw)
    rows = DrawCommit.objects.filter(draw=draw)
    return {
        row.party: draw_documents.read_commit(bytes(row.document), manifest=manifest, ceremony=ceremony) for row in rows
    }


def shown(draw: Draw) -> dict[str, bytes]:
    """Return the contributions that their parties showed."""
    manifest = manifest_of(draw)
    rows = DrawReveal.objects.filter(draw=draw)
    return {row.party: draw_documents.read_reveal(bytes(row.document), manifest=manifest).contribution for row in rows}


def silent(draw: Draw) -> list[str]:
    """Return the parties that have not shown, in the manifest's order."""
    known = set(DrawReveal.objects.filter(draw=draw).values_list("party", flat=True))
    return [party for party in sorted(draw.parties, key=str.encode) if party not in known]


def wanted(draw: Draw) -> tuple[str, list[draw_escrow.Escrow]]:
    """Return what the holders are to open, with its dealing's label: the function's secret, or contributions."""
    if draw.key_lost_at is not None:
        return rules.VRF, [vrf_escrow_of(draw)]
    commits, manifest = commits_of(draw), manifest_of(draw)
    return rules.DRAW, [
        draw_documents.escrow_of(commits[party], manifest=manifest) for party in draw.absent or silent(draw)
    ]


def vrf_escrow_of(draw: Draw) -> draw_escrow.Escrow:
    """Return the dealing of the function's secret."""
    ceremony = ceremony_of(draw)
    key = VrfKey.objects.get(lot=draw.lot_id)
    enrolled = draw_documents.read_vrf_escrow(bytes(key.document), ceremony=ceremony)
    return draw_escrow.of_vrf(ceremony=ceremony, vrf_pk=enrolled.vrf_pk, wraps=enrolled.escrow)


def opened(draw: Draw) -> dict[str, draw_escrow.Recovered]:
    """Return what the holders' releases give, by party (or by public key), with whom they name."""
    ceremony, found = ceremony_of(draw), {}
    commits, manifest = commits_of(draw), manifest_of(draw)
    for label in (rules.DRAW, rules.VRF):
        rows = list(DrawRelease.objects.filter(draw=draw, deal=label))
        if not rows:
            continue
        escrows = (
            [draw_documents.escrow_of(commits[party], manifest=manifest) for party in draw.absent]
            if label == rules.DRAW
            else [vrf_escrow_of(draw)]
        )
        names = [escrow.name for escrow in escrows]
        given = [
            draw_escrow.read_release(
                bytes(row.document), ceremony=ceremony, manifest=manifest.digest, label=label, names=names
            )
            for row in rows
        ]
        for escrow in escrows:
            shares = {release.kid: release.shares[escrow.name] for release in given}
            if (recovered := draw_escrow.recover(escrow, ceremony=ceremony, shares=shares)) is not None:
                found[escrow.name] = recovered
    return found


def contributions_of(draw: Draw) -> dict[str, bytes] | None:
    """Return every party's contribution, shown or opened by the holders; None while one is missing."""
    known = shown(draw)
    if len(known) < len(draw.parties):
        recovered = opened(draw)
        known |= {party: recovered[party].secret for party in draw.parties if party not in known and party in recovered}
    return known if len(known) == len(draw.parties) else None


def result_of(draw: Draw) -> draw_documents.Result | None:
    """Return the result, recomputed from its document; None before there is one."""
    row = DrawResult.objects.filter(draw=draw).first()
    return None if row is None else _result(bytes(row.document), bytes(draw.document or b""))


def taken_by(draw: Draw) -> tuple[str, ...]:
    """Return the handles that are drawn after all refusals, in order; empty before the result."""
    result = result_of(draw)
    if result is None:
        return ()
    refused = list(draw.refusals.order_by("pk").values_list("handle", flat=True))
    return rules.taken(result.order, draw.pick, refused)


def badly_dealt(draw: Draw) -> dict[str, tuple[str, ...]]:
    """Return the parties whose escrow is not what follows from their contribution, and for whom it would not open."""
    known = contributions_of(draw)
    if known is None:
        return {}
    ceremony = bytes(Ceremony.objects.get(lot=draw.lot_id).document)
    found = {}
    for row in DrawCommit.objects.filter(draw=draw):
        bad = _misdealt(bytes(row.document), bytes(draw.document or b""), ceremony, known[row.party])
        if bad:
            found[row.party] = bad
    return found


# Frozen documents give the same answer every time, and working it out again costs a page tens of milliseconds.


@lru_cache(maxsize=64)
def _manifest(data: bytes) -> Manifest:
    return read_manifest(data)


@lru_cache(maxsize=64)
def _result(data: bytes, manifest: bytes) -> draw_documents.Result:
    return draw_documents.read_result(data, manifest=_manifest(manifest))


@lru_cache(maxsize=256)
def _misdealt(commit: bytes, manifest: bytes, ceremony: bytes, contribution: bytes) -> tuple[str, ...]:
    holders, read = read_ceremony(ceremony), _manifest(manifest)
    committed = draw_documents.read_commit(commit, manifest=read, ceremony=holders)
    escrow = draw_documents.escrow_of(committed, manifest=read)
    return draw_escrow.malformed_for(contribution, escrow, ceremony=holders)


def without_running_draws(entries: QuerySet[OutboxEntry]) -> QuerySet[OutboxEntry]:
    """Leave out of ``entries`` what the parties of a draw gave, until no draw of the lot goes on (section 3)."""
    running = Draw.objects.filter(state__in=[Draw.COMMITTING, Draw.REVEALING]).values("lot__number")
    return entries.exclude(event__in=AFTER_THE_DRAW, tender__in=running)


def published_draws(lot: Lot) -> list[tuple[int, str]]:
    """Return (ordinal, purpose) of every draw of a lot whose manifest is published, in order."""
    rows = Draw.objects.filter(lot=lot).exclude(digest="").order_by("ordinal")
    return list(rows.values_list("ordinal", "purpose"))


def expert_draws(lot: Lot) -> QuerySet[Draw]:
    """Return the draws of experts of a lot that count, in the order of their preparation."""
    return Draw.objects.filter(lot=lot, purpose=Purpose.EXPERTS).exclude(state=Draw.GIVEN_UP).order_by("pk")


def tie_draws(lot: Lot) -> QuerySet[Draw]:
    """Return the draws between equal bids of a lot that count."""
    return Draw.objects.filter(lot=lot, purpose=Purpose.TIE).exclude(state=Draw.GIVEN_UP).order_by("pk")


def drawn_value(lot: Lot, name: str) -> str | None:
    """Return the coefficient that was drawn under ``name``; None while there is none."""
    draw = Draw.objects.filter(lot=lot, label=value_label(lot, name), state=Draw.DRAWN).first()
    result = None if draw is None else result_of(draw)
    return None if result is None else result.drawn[0].partition(":")[2]


def value_label(lot: Lot, name: str) -> str:
    """Return the label under which a coefficient of a lot is drawn."""
    return f"benchmark/{lot.number}/{name}"


def candidate_of(member: Member) -> DrawCandidate | None:
    """Return as which candidate a member of a committee was drawn; None if it was named by hand."""
    rows = DrawCandidate.objects.filter(draw__in=expert_draws(member.committee.lot), user=member.user, exclusion="")
    return rows.select_related("draw__lot").first()


def has_reserve(draw: Draw) -> bool:
    """Say whether somebody could still take the place of one who leaves."""
    result = result_of(draw)
    return result is not None and len(result.order) > draw.pick + draw.refusals.count()


def public_key_of(draw: Draw) -> bytes:
    """Return the function's public key."""
    return b64u_decode(VrfKey.objects.get(lot=draw.lot_id).public)
