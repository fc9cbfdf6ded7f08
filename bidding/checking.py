"""Every check of a submission that needs no lock (docs/sealing.md, section 6): each fault has its own answer."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.names import KeyKind
from accounts.queries import key_in_force
from bidding import access
from bidding.models import Ceremony, Payload, Seal, UploadSlot
from bidding.names import Objection, RefusalCode, SubmissionRefused
from bidding.rules import seal_document
from bidding.rules.ceremony import read_ceremony
from bidding.rules.seal_document import read_seal, verify_seal_signature
from core import canonical, storage
from core.canonical import Malformed, b64u_encode
from core.errors import Refused
from core.notes import parse_vkey
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from accounts.models import Organisation
    from bidding.rules import ceremony as ceremony_rules
    from bidding.rules.seal_document import SealedEnvelope
    from core.notes import VerifyKey
    from trading.models import Lot


@dataclass(frozen=True)
class Submission:
    """A seal that only the lock still has to accept."""

    seal: seal_document.Seal
    note: str
    organisation: Organisation


def checked_submission(lot: Lot, organisation: Organisation, *, document: bytes, note: str) -> Submission:
    """Return the seal of ``document`` if everything but time and uniqueness speaks for it; else SubmissionRefused."""
    ceremony = ceremony_rules_of(lot)
    _check_form(document)
    _check_belonging(document, lot=lot, ceremony=ceremony, organisation=organisation)
    try:
        seal = read_seal(document, ceremony=ceremony, bidder=organisation.number, lots={lot.number})
    except Malformed as error:
        raise SubmissionRefused(Objection(RefusalCode.MALFORMED, error.reason)) from error
    objections = [
        *_side(lot, organisation),
        *_signature(organisation, lambda key: verify_seal_signature(seal, note=note, key=key)),
        *_completeness(seal, ceremony),
        *(objection for envelope in seal.envelopes if (objection := _payload(lot, organisation, envelope))),
        *_replay(lot, organisation, seal),
    ]
    if objections:
        raise SubmissionRefused(*objections)
    return Submission(seal, note, organisation)


def ceremony_rules_of(lot: Lot) -> ceremony_rules.Ceremony:
    """Return the ceremony of a lot as the protocol reads it; SubmissionRefused where there is none."""
    row = Ceremony.objects.filter(lot=lot).first()
    if row is None:
        why = reason("The key holders' ceremony is not complete: nothing can be sealed yet.")
        raise SubmissionRefused(Objection(RefusalCode.NOT_OPEN, why))
    return read_ceremony(bytes(row.document))


def enrolled_key(organisation: Organisation) -> VerifyKey | None:
    """Return the key with which a bidder signs now."""
    key = key_in_force(organisation, KeyKind.BIDDER)
    return None if key is None else parse_vkey(key.vkey)


def signature_objections(organisation: Organisation, verify: Callable[[VerifyKey], None]) -> list[Objection]:
    """Return why a signature does not count: no key is enrolled, or it does not verify."""
    return list(_signature(organisation, verify))


@contextmanager
def signed_by_person() -> Iterator[None]:
    """Give what is wrong with a person's own signature the form of every other fault of a submission."""
    try:
        yield
    except Refused as refusal:
        objections = [Objection(RefusalCode.NOT_SIGNED, why) for why in refusal.reasons]
        raise SubmissionRefused(*objections) from refusal


def _check_form(document: bytes) -> None:
    """Tell what was handed in instead of a seal."""
    if not document.startswith(b"{"):
        raise SubmissionRefused(_unsealed())
    if len(document) > seal_document.LIMIT:
        why = reason(
            "The seal has {size} bytes; at most {limit} are taken.", size=len(document), limit=seal_document.LIMIT
        )
        raise SubmissionRefused(Objection(RefusalCode.OVERSIZED, why))
    if not document.endswith(b"}"):
        raise SubmissionRefused(Objection(RefusalCode.TRUNCATED, reason("The seal is cut short.")))


def _unsealed() -> Objection:
    why = reason("This is not a sealed bid. Bids are taken sealed only; nothing of it was kept.")
    return Objection(RefusalCode.UNSEALED, why)


def _check_belonging(
    document: bytes, *, lot: Lot, ceremony: ceremony_rules.Ceremony, organisation: Organisation
) -> None:
    try:
        fields = canonical.loads(document, limit=seal_document.LIMIT)
    except Malformed as error:
        raise SubmissionRefused(Objection(RefusalCode.MALFORMED, error.reason)) from error
    if not isinstance(fields, dict) or fields.get("type") != "seal":
        raise SubmissionRefused(_unsealed())
    expected = (
        ("tender", lot.number, RefusalCode.WRONG_TENDER, reason("The seal was made for another tender.")),
        ("ceremony", ceremony.digest, RefusalCode.WRONG_CEREMONY, reason("The seal was made for other key holders.")),
        ("bidder", organisation.number, RefusalCode.WRONG_BIDDER, reason("The seal is made out to another bidder.")),
        ("suite", ceremony.suite, RefusalCode.WRONG_SUITE, reason("The seal uses another suite than its tender.")),
    )
    if objections := [Objection(code, why) for name, value, code, why in expected if fields.get(name, value) != value]:
        raise SubmissionRefused(*objections)


def _side(lot: Lot, organisation: Organisation) -> Iterator[Objection]:
    if objection := access.side_objection(lot.project, organisation):
        yield objection


def _signature(organisation: Organisation, verify: Callable[[VerifyKey], None]) -> Iterator[Objection]:
    key = enrolled_key(organisation)
    if key is None:
        why = reason("Your organisation has no signing key on record; enrol one first.")
        yield Objection(RefusalCode.NOT_ENROLLED, why)
        return
    try:
        verify(key)
    except Malformed as error:
        why = reason("The signature does not count: {why}", why=error.reason)
        yield Objection(RefusalCode.BAD_SIGNATURE, why)


def _completeness(seal: seal_document.Seal, ceremony: ceremony_rules.Ceremony) -> Iterator[Objection]:
    for name in sorted(set(ceremony.envelopes) - {envelope.name for envelope in seal.envelopes}):
        yield Objection(RefusalCode.INCOMPLETE, reason("The envelope “{name}” is missing.", name=name))


def _payload(lot: Lot, organisation: Organisation, envelope: SealedEnvelope) -> Objection | None:
    """Return what is wrong with the uploaded file of an envelope: complete, with the sealed digest and size."""
    finished = UploadSlot.in_box.filter(lot=lot, bidder=organisation, finished_at__isnull=False)
    if finished.filter(digest=envelope.sha256).exists():
        path = storage.path_of(envelope.sha256)
        found = path.stat().st_size if path.exists() else None
        if found == envelope.size:
            return None
        why = reason(
            "The uploaded file has {found} bytes, the seal says {stated}.", found=found or 0, stated=envelope.size
        )
        return Objection(RefusalCode.PAYLOAD_DIFFERS, why)
    used = Payload.in_box.filter(seal__lot=lot, seal__bidder=organisation).values("file_id")
    if finished.exclude(digest__in=used).exists():
        why = reason("The uploaded file has another digest than the seal states.")
        return Objection(RefusalCode.PAYLOAD_DIFFERS, why)
    why = reason("The sealed file was not uploaded completely; upload it first.")
    return Objection(RefusalCode.PAYLOAD_MISSING, why)


def _replay(lot: Lot, organisation: Organisation, seal: seal_document.Seal) -> Iterator[Objection]:
    if Seal.in_box.filter(lot=lot, bidder=organisation, cid=b64u_encode(seal.cid)).exists():
        why = reason("The random part of this seal was used before; seal the bid again.")
        yield Objection(RefusalCode.REPLAYED_CID, why)
