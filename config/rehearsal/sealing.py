"""What bidders and holders do with their keys, in Python: the same rules the browser follows."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from bidding import keyholding, queries, rehearsing, releasing, submitting, uploading
from bidding.rules.archive import describe_file
from bidding.rules.ceremony import read_ceremony
from bidding.rules.ceremony_signatures import sign_ceremony
from bidding.rules.close import read_close
from bidding.rules.form import MEDIA, NAME, OfferForm, write_form
from bidding.rules.rehearsal import answer_rehearsal, read_rehearsal
from bidding.rules.release import write_release
from bidding.rules.seal_document import Seal as SealDocument
from bidding.rules.seal_document import read_seal
from bidding.rules.sealing import EnvelopeToSeal, seal_bid
from core.notes import sign_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bidding.models import Receipt
    from bidding.rules.archive import FileToSeal
    from config.rehearsal.people import HolderKeys
    from core.actors import Actor
    from core.notes import SigningKey
    from trading.models import Lot

PART = 8 * 2**20


def sign_ceremonies(lots: list[Lot], keys: Mapping[str, HolderKeys], *, at: datetime) -> None:
    """Let every holder check and sign the ceremony of every lot."""
    for lot in lots:
        ceremony = read_ceremony(document(queries.ceremony_of(lot)))
        for kid, holder in keys.items():
            note = sign_ceremony(ceremony, key=holder.signing)
            keyholding.sign(lot.pk, kid=kid, note=note, actor=holder.actor, at=at)


def rehearse_keys(lots: list[Lot], keys: Mapping[str, HolderKeys], *, at: datetime) -> None:
    """Let every holder answer the rehearsal of every lot; the last answer opens the bid box."""
    for lot in lots:
        ceremony = read_ceremony(document(queries.ceremony_of(lot)))
        rehearsal = read_rehearsal(document(queries.rehearsal_of(lot)), ceremony=ceremony)
        for kid, holder in keys.items():
            answer = answer_rehearsal(rehearsal, ceremony=ceremony, kid=kid, secret_key=holder.secret)
            note = sign_statement("rehearsal-answer", answer.digest, key=holder.signing)
            rehearsing.answer(lot.pk, kid=kid, document=answer.data, note=note, actor=holder.actor, at=at)


def submit_offer(
    lot: Lot,
    form: OfferForm,
    *,
    actor: Actor,
    key: SigningKey,
    at: datetime,
    replaces: str | None = None,
    papers: Mapping[str, bytes] | None = None,
    spoil: Callable[[SealDocument], SealDocument] = lambda made: made,
) -> Receipt:
    """Seal the form, upload the ciphertext and submit the seal, as a bidder's own program does.

    ``papers`` are the offer's PDF files by their titles; ``spoil`` may change the seal before it is signed.
    """
    ceremony = read_ceremony(document(queries.ceremony_of(lot)))
    files = [_described(NAME, NAME, MEDIA, write_form(form))]
    for nth, (title, content) in enumerate((papers or {}).items(), start=1):
        files.append(_described(f"{nth:03d}.pdf", title, "application/pdf", content))
    sink = io.BytesIO()
    envelope = EnvelopeToSeal(name="opening", lot=lot.number, files=files, sink=sink)
    sealed = seal_bid(ceremony, bidder=actor.organisation, envelopes=[envelope], replaces=replaces)
    payload = sink.getvalue()
    slot = uploading.make_slot(lot.pk, size=len(payload), actor=actor, at=at)
    for start in range(0, len(payload), PART):
        uploading.append(slot.slot, offset=start, part=payload[start : start + PART], actor=actor, at=at)
    described = sealed.seal.envelopes[0]
    uploading.finish(slot.slot, size=described.size, sha256=described.sha256, actor=actor, at=at)
    seal = spoil(sealed.seal)
    note = sign_statement("seal", seal.digest, key=key)
    return submitting.submit(lot.pk, document=seal.data, note=note, actor=actor)


def release_shares(lot: Lot, keys: Mapping[str, HolderKeys], *, at: datetime) -> None:
    """Let as many holders as are needed release their shares of all accepted seals; the last starts the unsealing."""
    ceremony = read_ceremony(document(queries.ceremony_of(lot)))
    close = read_close(bytes(lot.close.document))
    seals = [read_seal(bytes(row.document), ceremony=ceremony) for row in queries.accepted_seals(lot)]
    for kid, holder in list(keys.items())[: ceremony.k]:
        release = write_release(ceremony, close=close, seals=seals, kid=kid, secret_key=holder.secret)
        note = sign_statement("release", release.digest, key=holder.signing)
        releasing.release(lot.pk, kid=kid, document=release.data, note=note, actor=holder.actor, at=at)


def _described(name: str, title: str, media: str, content: bytes) -> FileToSeal:
    return describe_file(lambda: io.BytesIO(content), name=name, title=title, media=media)


def document(row: object) -> bytes:
    """Return the bytes of a ceremony's or a rehearsal's document; LookupError if there is none yet."""
    if row is None:
        raise LookupError("there is no ceremony or rehearsal yet")
    return bytes(row.document)  # type: ignore[attr-defined]  # ceremony and rehearsal both keep their bytes so
