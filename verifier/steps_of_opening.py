"""Steps 12 to 18: bidders' keys, releases, rescues, openings; statuses worked out and files opened once more."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from verifier import age
from verifier.archive import read_archive
from verifier.documents import (
    Item,
    Result,
    read_bidder_key,
    read_opening,
    read_release,
    read_rescue,
    read_results,
)
from verifier.report import Identity, Named
from verifier.schema import LARGE, SMALL
from verifier.sharing import Recovered, judge, kdf, recover
from verifier.words import Fault, Said, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from verifier.case import Case
    from verifier.ceremony import Envelope, Seal
    from verifier.documents import Release
    from verifier.entries import Entry

HOLD: Final = "hold"
NOT_OPENED: Final = "no stage is opened yet"


def find_opened(case: Case) -> None:
    """(15, first part) Which stages the log says are opened: each once, in order, after the close."""
    report = case.report
    report.at(15)
    for entry in case.log.of(case.tender, "tender.opened"):
        stage = _stage_of(case, entry)
        report.hold(stage not in case.opened, "stage {stage} was opened twice", stage=stage)
        report.hold(stage == 1 or stage - 1 in case.opened, "stage {stage} was opened out of order", stage=stage)
        report.hold(entry.index > case.closed.index, "entry {index} comes before the close", index=entry.index)
        case.opened[stage] = entry
    if not case.opened:
        for number in (14, 15, 16, 17):
            report.skip(number, NOT_OPENED)


def _stage_of(case: Case, entry: Entry) -> int:
    if case.ceremony.is_minimal:
        entry.data["opening" if entry.event == "tender.opened" else "release"].digest()
        return 1
    if "stage" not in entry.data:
        raise Fault("entry {index} names no stage", index=entry.index)
    return entry.data["stage"].integer(1, len(case.ceremony.stages))


# -- bidders' keys (12) ----------------------------------------------------------------------------------


def check_bidder_keys(case: Case) -> None:
    """(12) Keys that bidders handed in; one that does not fit its commitment counts as not handed in."""
    case.report.at(12)
    entries = case.log.of(case.tender, "bid.key")
    if not entries:
        case.report.skip(12, "the log has no such entry")
    case.report.hold(case.ceremony.layer != "none" or not entries, "the ceremony has no layer for keys of bidders")
    first = min((one.index for one in case.log.of(case.tender, "opening.release")), default=case.log.tree.size)
    for entry in entries:
        after = case.closed.index < entry.index < first
        case.report.hold(after, "entry {index} does not lie between close and first release", index=entry.index)
        bidder = entry.data["bidder"].id()
        path, data = case.document("bidder-keys", entry.data["doc"].digest(), SMALL)
        case.signed(path, of="bidder-key", digest=entry.data["doc"].digest(),
                    key=case.key("bidder", bidder, entry.index))  # fmt: skip
        keys = read_bidder_key(data, tender=case.tender, bidder=bidder, close=case.close, place=path)
        for name, secret in keys.items():
            _take_bidder_key(case, bidder, name, secret)


def _take_bidder_key(case: Case, bidder: str, name: tuple[str, str, str], secret: bytes) -> None:
    envelope = _envelope(case, bidder, name)
    commit = envelope.commit_b if envelope else None
    if envelope and commit and hmac.compare_digest(kdf(secret, "commit_b", envelope.ctx), commit):
        case.bidder_keys[name] = secret
    else:
        said = say("the key that the bidder handed in does not fit: it counts as not handed in")
        case.report.named.append(Named("bidder_key", bidder, said, *name))


def _envelope(case: Case, bidder: str, name: tuple[str, str, str]) -> Envelope | None:
    seal = case.seals.get(name[0]) if name[0] in case.close.accepted else None
    if seal is None or seal.bidder != bidder:
        return None
    return next((one for one in seal.envelopes if (one.name, one.lot) == name[1:]), None)


# -- releases (13, 14) -----------------------------------------------------------------------------------


def check_releases(case: Case) -> None:
    """(13) Every release: after O, before its stage is opened, complete; (14) enough of them."""
    report = case.report
    report.at(13)
    entries = case.log.of(case.tender, "opening.release")
    if not entries:
        report.skip(13, "the log has no such entry")
    for entry in entries:
        stage, kid = _stage_of(case, entry), case.ceremony.holder(entry.data["kid"].kid()).kid
        deal = entry.data["deal"].choice([HOLD, "recover"]) if "deal" in entry.data else HOLD
        report.hold(deal == HOLD or case.ceremony.layer == "recoverable", "there is no such dealing to release")
        report.hold(entry.index > case.closed.index, "entry {index} comes before the close", index=entry.index)
        report.hold(entry.at >= case.opens_at, "{kid} released before the time of the opening", kid=kid)
        opened = case.opened.get(stage)
        report.hold(opened is None or entry.index < opened.index, "{kid} released after the opening", kid=kid)
        seen = case.releases.setdefault((stage, deal), {})
        report.hold(kid not in seen, "{kid} released twice", kid=kid)
        seen[kid] = _release(case, entry, stage=stage, deal=deal, kid=kid)
    report.at(14)
    for stage in case.opened:
        released = case.releases.get((stage, HOLD), {})
        report.hold(len(released) >= case.ceremony.k, "{found} holders released; {k} are needed",
                    found=len(released), k=case.ceremony.k)  # fmt: skip
        _name_absent(case, released)


def _release(case: Case, entry: Entry, *, stage: int, deal: str, kid: str) -> Release | None:
    """Return the release of an entry; None where it is not public: the stage is restricted, or not opened yet."""
    path = f"releases/{stage}/{kid}.json" if deal == HOLD else f"releases/{stage}/{kid}.recover.json"
    must = stage in case.opened and case.ceremony.is_public(stage)
    if not must and path not in case.files:
        return None
    data = case.files.read(path, LARGE)
    digest = entry.data["release"].digest()
    case.has_digest(path, data, digest)
    release = read_release(data, case.ceremony, case.close, case.items(stage), place=path)
    agrees = (release.kid, release.stage, release.deal) == (kid, stage, deal)
    case.report.hold(agrees, "{path} is not the release of entry {index}", path=path, index=entry.index)
    case.signed(path, of="release", digest=digest, key=case.ceremony.holder(kid).key)
    return release


def _name_absent(case: Case, released: Mapping[str, object]) -> None:
    for holder in case.ceremony.holders:
        if holder.kid not in released:
            case.report.named.append(Named("absent", holder.kid, say("the holder has released nothing")))


# -- rescues (18) ----------------------------------------------------------------------------------------


def check_rescues(case: Case) -> None:
    """(18) What a bidder gave itself, in time; one that does not fit has no effect."""
    case.report.at(18)
    entries = case.log.of(case.tender, "bid.rescued")
    if not entries:
        case.report.skip(18, "the log has no such entry")
    for entry in entries:
        bidder, doc = entry.data["bidder"].id(), entry.data["doc"].digest()
        in_time = entry.index > case.closed.index and entry.at <= case.rescue_until
        case.report.hold(in_time, "the rescue of entry {index} came too early or too late", index=entry.index)
        if not case.opened and f"rescues/{doc}.json" not in case.files:
            continue
        path, data = case.document("rescues", doc, SMALL)
        rescue = read_rescue(data, tender=case.tender, bidder=bidder, place=path)
        case.signed(path, of="rescue", digest=doc, key=case.key("bidder", bidder, entry.index))
        name = (rescue.seal, rescue.envelope, rescue.lot)
        envelope = _envelope(case, bidder, name)
        opened = case.opened.get(_stage_with(case, rescue.envelope))
        in_time = opened is None or entry.index < opened.index
        case.report.hold(in_time, "the rescue of entry {index} came too early or too late", index=entry.index)
        if envelope is not None and _fits(case, envelope, rescue.secret):
            case.rescues.append(rescue)
        else:
            said = say("the rescue does not fit the seal: it has no effect")
            case.report.named.append(Named("rescue", bidder, said, *name))


def _stage_with(case: Case, envelope: str) -> int:
    return next((n for n, names in enumerate(case.ceremony.stages, start=1) if envelope in names), 0)


def _fits(case: Case, envelope: Envelope, secret: bytes) -> bool:
    if not hmac.compare_digest(kdf(secret, "commit", envelope.ctx), envelope.hold.commit):
        return False
    return not judge(secret, envelope.hold, case.ceremony, {}).malformed_for


# -- openings, statuses, files (15, 16, 17) ----------------------------------------------------------------


def check_openings(case: Case) -> None:
    """(15) One document for each opened public stage; (16) its statuses; (17) the files."""
    for stage, entry in case.opened.items():
        path, report = f"openings/{stage}.json", case.report
        report.at(15)
        if not case.ceremony.is_public(stage) and path not in case.files:
            said = say("stage {stage}: its envelopes are restricted, so its documents are not public", stage=stage)
            report.not_contained.append(said)
            continue
        data = case.files.read(path, LARGE)
        case.has_digest(path, data, entry.data["opening"].digest())
        values = read_opening(data, case.ceremony, case.close, stage=stage, place=path)
        items = case.items(stage)
        results = read_results(values, items, place=path)
        report.count()
        report.at(16)
        found = [(result, *item) for result, item in zip(results, items, strict=True)]
        for number, (result, seal, envelope) in enumerate(found):
            _check_status(case, entry, stage, number, (result, seal, envelope))
        case.results += found
        if not found:
            report.skip(16, "the close accepted no bid")


def _check_status(case: Case, opened: Entry, stage: int, number: int, found: tuple[Result, Seal, Envelope]) -> None:
    result, seal, envelope = found
    name = {"bidder": seal.bidder, "envelope": envelope.name}
    case.report.hold(result.bidder == seal.bidder, "the opening names another bidder than the seal: {bidder}", **name)
    recovered, secret_b = _recovered(case, stage, number, seal, envelope)
    if recovered is None:
        released = len(case.releases.get((stage, HOLD), {})) == len(case.ceremony.holders)
        is_final = released or opened.at >= case.rescue_until
        case.report.hold(result.status == "unopenable", WRONG_STATUS, **name, status=result.status)
        case.report.hold(is_final, "{bidder}: {envelope} was given up before its time", **name)
        _blame(case, (seal, envelope), "bidder", seal.bidder, say("no shares open the envelope"))
        return
    secret_fits = result.secret is not None and hmac.compare_digest(recovered.secret, result.secret)
    case.report.hold(secret_fits, "{bidder}: {envelope} has another secret than the one published", **name)
    _name_faults(case, recovered, seal, envelope)
    if recovered.malformed_for:
        expected = {"invalid_dealing"}
    elif case.ceremony.layer != "none" and secret_b is None:
        expected = {"withheld"}
    else:
        expected = {"payload_missing", "payload_invalid", "opened"}
    case.report.hold(result.status in expected, WRONG_STATUS, **name, status=result.status)
    if result.status == "payload_missing":
        case.report.hold(opened.at >= case.rescue_until, "{bidder}: {envelope} was given up before its time", **name)


WRONG_STATUS: Final = "{bidder}: {envelope} cannot have the status {status}"


def _recovered(
    case: Case, stage: int, number: int, seal: Seal, envelope: Envelope
) -> tuple[Recovered | None, bytes | None]:
    """Return what the holders' shares, or a rescue, give of an envelope, and the bidder's own secret if it is known."""
    held = _shares(case, stage, HOLD, number)
    recovered = recover(envelope.hold, case.ceremony, held)
    name = (seal.digest, envelope.name, envelope.lot)
    if recovered is None:
        rescue = next((one for one in case.rescues if (one.seal, one.envelope, one.lot) == name), None)
        recovered = judge(rescue.secret, envelope.hold, case.ceremony, held) if rescue else None
    secret_b = case.bidder_keys.get(name)
    if envelope.recover is None or recovered is None:
        return recovered, secret_b
    shares = _shares(case, stage, "recover", number)
    again = (
        judge(secret_b, envelope.recover, case.ceremony, shares)
        if secret_b
        else recover(envelope.recover, case.ceremony, shares, commit_label="commit_b")
    )
    if again is None:
        return recovered, None
    case.bidder_keys[name] = again.secret
    kids = [holder.kid for holder in case.ceremony.holders]
    both = [
        tuple(kid for kid in kids if kid in getattr(recovered, what) or kid in getattr(again, what))
        for what in ("malformed_for", "false_shares", "false_nulls")
    ]
    return Recovered(recovered.secret, *both), again.secret


def _shares(case: Case, stage: int, deal: str, number: int) -> dict[str, bytes | None]:
    released = case.releases.get((stage, deal), {})
    return {kid: release.shares[number] for kid, release in released.items() if release is not None}


def _name_faults(case: Case, recovered: Recovered, seal: Seal, envelope: Envelope) -> None:
    if recovered.malformed_for:
        said = say("the bidder dealt no proper share to: {kids}", kids=", ".join(recovered.malformed_for))
        _blame(case, (seal, envelope), "dealing", seal.bidder, said)
    for kid in recovered.false_shares:
        _blame(case, (seal, envelope), "false_share", kid, say("the holder released a false share"))
    for kid in recovered.false_nulls:
        _blame(case, (seal, envelope), "false_null", kid, say("the holder said of a good wrap that it does not open"))


def _blame(case: Case, item: Item, kind: str, who: str, said: Said) -> None:
    seal, envelope = item
    case.report.named.append(Named(kind, who, said, seal.digest, envelope.name, envelope.lot))


def check_payloads(case: Case) -> None:
    """(17) Every file that the bundle has is the sealed one; what is said of it is found again."""
    report = case.report
    report.at(17)
    _check_names(case)
    absent = 0
    for result, seal, envelope in case.results:
        path = f"payloads/{envelope.sha256}.age"
        if result.status in ("opened", "payload_invalid") and path not in case.files:
            report.hold(case.is_public, NO_PAYLOAD, path=path)
            absent += 1
        elif path in case.files:
            _check_payload(case, result, seal, envelope, path)
        if result.status.startswith("payload_"):
            _blame(case, (seal, envelope), result.status, seal.bidder, say("the file is missing or not as it must be"))
    if absent:
        said = say("files of bids: {count}; what is in them was not checked", count=absent)
        report.not_contained.append(said)
    if case.opened and not report.made(17):
        report.skip(17, "the bundle has no files of bids")


NO_PAYLOAD: Final = (
    "the file {path} is missing; where files of bids are not public, --public checks everything but them"
)


def _check_names(case: Case) -> None:
    accepted = (case.seals[digest] for digest in case.close.accepted)
    sealed = {f"payloads/{envelope.sha256}.age" for seal in accepted for envelope in seal.envelopes}
    for path in case.files.under("payloads"):
        has_name = f"payloads/{case.files.digest(path)}.age" == path
        case.report.hold(has_name, "{path} does not have the digest in its name", path=path)
    case.files.used |= sealed & set(case.files.sizes)


def _check_payload(case: Case, result: Result, seal: Seal, envelope: Envelope, path: str) -> None:
    name = {"bidder": seal.bidder, "envelope": envelope.name, "status": result.status}
    case.report.hold(result.status != "payload_missing", WRONG_STATUS, **name)
    if result.status not in ("opened", "payload_invalid") or result.secret is None:
        return
    secret_b = case.bidder_keys.get((seal.digest, envelope.name, envelope.lot), b"")
    secret = kdf(result.secret + secret_b, "age identity", envelope.ctx)
    try:
        plain = _opened(case, seal, envelope, path, secret)
    except Fault as fault:
        case.report.hold(result.status == "payload_invalid", "{bidder}: {envelope} does not open: {why}",
                         **name, why=fault.said)  # fmt: skip
        return
    case.report.hold(result.status == "opened", WRONG_STATUS, **name)
    case.report.hold(plain == result.plain, "{bidder}: {envelope} holds something else than published", **name)
    case.report.identities.append(
        Identity(seal.bidder, seal.digest, envelope.name, envelope.lot, envelope.sha256, age.identity(secret))
    )


def _opened(case: Case, seal: Seal, envelope: Envelope, path: str, secret: bytes) -> str:
    if case.files.sizes[path] != envelope.size:
        raise Fault("the file has another size than its seal says")
    belonging = {"tender": case.tender, "envelope": envelope.name, "lot": envelope.lot, "cid": seal.cid}
    with case.files.open(path) as source:
        digest, _ = read_archive(age.decrypt(source, secret), belonging)
    return digest
