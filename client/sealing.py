"""Sealing a folder, offline: what the page does in the browser, from the same documents."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bidding.rules import bid_secret, ceremony_signatures, form
from bidding.rules.archive import FileToSeal, describe_file, member_name
from bidding.rules.seal_document import verify_seal_signature
from bidding.rules.sealing import EnvelopeToSeal, seal_bid
from client import files
from client.words import Fault
from core.notes import sign_statement

if TYPE_CHECKING:
    from pathlib import Path

    from bidding.rules.ceremony import Ceremony
    from client.keys import Keys
    from client.trust import Trust

_PART: Final = "payload.part"


@dataclass(frozen=True)
class Offer:
    """Whose offer it is, for which envelope and lot, where its files lie, and which live seal it replaces."""

    bidder: str
    envelope: str
    lot: str
    folder: Path
    replaces: str | None = None


def check_ceremony(ceremony: Ceremony, *, signatures: bytes, trust: Trust) -> None:
    """Return if every holder signed and every holder's key is trusted; raises Malformed or Fault."""
    ceremony_signatures.verify_signatures(ceremony, data=signatures)
    for holder in ceremony.holders:
        if holder.vkey not in trust.holders:
            raise Fault(
                "the key of holder {kid} is not in trust.json; do not seal, and ask the supervisor", kid=holder.kid
            )


def files_of(folder: Path) -> list[FileToSeal]:
    """Return ``form.json`` and then the other files of a flat folder by name; raises Fault, Refused or Malformed."""
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise Fault("{path} cannot be read: {why}", path=folder, why=error.strerror or error) from error
    if any(path.is_symlink() or not path.is_file() for path in found):
        raise Fault("{path} holds something other than plain files; seal a flat folder", path=folder)
    offer = folder / form.NAME
    if offer not in found:
        raise Fault("{path} holds no form.json; the offer form is required", path=folder)
    form.read_form(files.read(offer, limit=form.LIMIT))
    first = describe_file(lambda: offer.open("rb"), name=form.NAME, title=form.NAME, media=form.MEDIA)
    others = [path for path in found if path != offer]
    return [first, *(_described(number, path) for number, path in enumerate(others, start=1))]


def _described(number: int, path: Path) -> FileToSeal:
    media = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return describe_file(lambda: path.open("rb"), name=member_name(number, path.name), title=path.name, media=media)


def seal_folder(
    ceremony: Ceremony, offer: Offer, *, keys: Keys, passphrase: str, out: Path, work_factor: int = 18
) -> str:
    """Write ``seal.json``, ``seal.sig``, ``bid-secret.age`` and the payload into ``out``; return the seal's digest.

    ``out`` must not exist: a seal is never mixed with another one. The payload is named by its SHA-256.
    """
    contents = files_of(offer.folder)
    files.new_folder(out)
    part = out / _PART
    with part.open("xb") as sink:
        envelope = EnvelopeToSeal(offer.envelope, offer.lot, contents, sink)
        made = seal_bid(ceremony, bidder=offer.bidder, envelopes=[envelope], replaces=offer.replaces)
    part.rename(out / f"{made.seal.envelopes[0].sha256}.age")
    note = sign_statement("seal", made.seal.digest, key=keys.signing_key)
    verify_seal_signature(made.seal, note=note, key=keys.signing_key.verify_key)
    secret = bid_secret.lock_bid_secret(made.secret, passphrase=passphrase, work_factor=work_factor)
    for name, data in {"seal.json": made.seal.data, "seal.sig": note.encode(), "bid-secret.age": secret}.items():
        files.write_new(out / name, data)
    return made.seal.digest
