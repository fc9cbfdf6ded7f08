"""``opening.json``: one result per accepted envelope, in the order of the releases (section 11.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from bidding.rules.derivation import SECRET_LENGTH
from bidding.rules.opening import Result, Status
from bidding.rules.release import Release, stage_items
from bidding.rules.schema import Node, read_document
from core.canonical import Malformed, b64u_encode, digest, dumps
from core.errors import Refused
from core.reasons import Reason, reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bidding.rules.ceremony import Ceremony
    from bidding.rules.close import Close
    from bidding.rules.seal_document import Seal

LIMIT: Final = 16 * 1_048_576
_MOST_ITEMS: Final = 1_000_000
_FINAL: Final = tuple(status.value for status in Status if status is not Status.PENDING)


@dataclass(frozen=True)
class PublishedResult:
    """One line of the document; ``secret`` is None only for ``unopenable``."""

    seal: str
    bidder: str
    envelope: str
    lot: str
    status: Status
    secret: bytes | None = field(repr=False)
    plain_sha256: str | None


@dataclass(frozen=True)
class Opening:
    """The results of one stage."""

    data: bytes
    tender: str
    close: str
    stage: int
    results: tuple[PublishedResult, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the document."""
        return digest(self.data)


def publishing_objections(
    ceremony: Ceremony, *, releases: Sequence[Release], results: Sequence[Result]
) -> tuple[Reason, ...]:
    """Return why nothing of the stage may be published yet: too few releases, or results still pending."""
    objections = []
    kids = {release.kid for release in releases}
    if len(kids) < ceremony.k:
        objections.append(
            reason(
                "{found} of {k} needed key holders have released; missing: {missing}.",
                found=len(kids),
                k=ceremony.k,
                missing=", ".join(holder.kid for holder in ceremony.holders if holder.kid not in kids),
            )
        )
    if pending := sum(result.status is Status.PENDING for result in results):
        objections.append(reason("Envelopes still pending: {count}.", count=pending))
    return tuple(objections)


def write_opening(
    ceremony: Ceremony,
    *,
    close: Close,
    seals: Sequence[Seal],
    releases: Sequence[Release],
    results: Sequence[Result],
    stage: int = 1,
) -> Opening:
    """Return the opening of a stage; ``results`` in any order.

    Raises :class:`Refused` while anything is pending or fewer than k holders have released, :class:`Malformed`
    unless there is exactly one result for every accepted envelope.
    """
    if objections := publishing_objections(ceremony, releases=releases, results=results):
        raise Refused(*objections)
    by_key = {(result.seal, result.envelope, result.lot): result for result in results}
    order = [
        (seal.digest, envelope.name, envelope.lot)
        for seal, envelope in stage_items(ceremony, close=close, seals=seals, stage=stage)
    ]
    if len(by_key) != len(results) or set(by_key) != set(order):
        raise Malformed(reason("There is not exactly one result for every accepted envelope."))
    document: dict[str, object] = {
        "v": "tsb/1",
        "type": "opening",
        "tender": ceremony.tender,
        "close": close.digest,
        "results": [_fields(by_key[key]) for key in order],
    }
    if not ceremony.is_minimal:
        document["stage"] = stage
    return read_opening(dumps(document), ceremony=ceremony, close=close)


def _fields(result: Result) -> dict[str, str | None]:
    return {
        "seal": result.seal,
        "bidder": result.bidder,
        "envelope": result.envelope,
        "lot": result.lot,
        "status": result.status.value,
        "s": None if result.secret is None else b64u_encode(result.secret),
        "plain_sha256": result.plain_sha256,
    }


def read_opening(data: bytes, *, ceremony: Ceremony, close: Close) -> Opening:
    """Return the opening of ``data``; raises :class:`Malformed`. Its truth follows from the releases alone."""
    required = {"tender", "close", "results"} | (set() if ceremony.is_minimal else {"stage"})
    fields = read_document(data, doc_type="opening", limit=LIMIT, required=required)
    return Opening(
        data=data,
        tender=fields["tender"].equal(ceremony.tender, reason("the opening is for another tender")),
        close=fields["close"].equal(close.digest, reason("the opening is for another close")),
        stage=1 if ceremony.is_minimal else fields["stage"].integer(1, len(ceremony.stages)),
        results=tuple(_read_result(node) for node in fields["results"].entries(0, _MOST_ITEMS)),
    )


def _read_result(node: Node) -> PublishedResult:
    fields = node.fields({"seal", "bidder", "envelope", "lot", "status", "s", "plain_sha256"})
    status = Status(fields["status"].choice(_FINAL))
    secret, plain = fields["s"], fields["plain_sha256"]
    if (secret.value is None) != (status is Status.UNOPENABLE):
        raise secret.fault(reason("the secret is published for every envelope but an unopenable one"))
    if (plain.value is None) != (status is not Status.OPENED):
        raise plain.fault(reason("the digest of the content is published for an opened envelope only"))
    return PublishedResult(
        seal=fields["seal"].digest(),
        bidder=fields["bidder"].id(),
        envelope=fields["envelope"].id(),
        lot=fields["lot"].id(),
        status=status,
        secret=None if secret.value is None else secret.octets(SECRET_LENGTH),
        plain_sha256=None if plain.value is None else plain.digest(),
    )
