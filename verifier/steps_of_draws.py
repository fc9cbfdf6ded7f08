"""Step 19: every draw of the tender, from its manifest to its result (draws.md, section 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from verifier import canonical
from verifier.ceremony import read_wraps
from verifier.draw_case import Draw
from verifier.draw_releases import check_releases
from verifier.drawing import order_of
from verifier.report import Named
from verifier.schema import LARGE, SMALL, Value, document
from verifier.sharing import Dealing, context, deal
from verifier.steps_until_close import CHECKPOINT_LIMIT
from verifier.words import say

if TYPE_CHECKING:
    from verifier.case import Case
    from verifier.entries import Entry
    from verifier.sharing import Wrap
    from verifier.signed import Key

_CODES: Final = ("recusal", "employer", "prior-contact", "suspended", "other")
_FEWEST: Final = 2  # parties that do not belong together


def check_draws(case: Case) -> None:
    """(19) Every draw that the log names."""
    case.report.at(19)
    entries = case.log.of(case.tender, "draw.manifest")
    if not entries:
        case.report.skip(19, "the log has no such entry")
    draws: dict[str, Draw] = {}
    for entry in entries:
        found = _manifest(case, entry)
        case.report.hold(found.digest not in draws, "the draw of entry {index} was logged twice", index=entry.index)
        draws[found.digest] = found
    last = {found.label: found.digest for found in draws.values()}
    for found in draws.values():
        _check_key(case, found)
        _check_contributions(case, found)
        _check_result(case, found, is_last=last[found.label] == found.digest)
        check_releases(case, found)
    results = {found.result for found in draws.values()}
    for entry in case.log.of(case.tender, "draw.commit", "draw.reveal", "draw.release", "draw.result", "draw.refusal"):
        known = entry.index in results if entry.event == "draw.result" else entry.data["manifest"].digest() in draws
        case.report.hold(known, "entry {index} belongs to no draw", index=entry.index)


# -- 1: the manifest --------------------------------------------------------------------------------------


def _manifest(case: Case, entry: Entry) -> Draw:
    digest = entry.data["manifest"].digest()
    path = f"draws/{digest}/manifest.json"
    data = case.files.read(path, LARGE)
    case.has_digest(path, data, digest)
    fields = document(
        data, of="draw", place=path, limit=LARGE, required="tender label pick pool vrf_pk parties",
        optional="exclusions beacons",
    )  # fmt: skip
    fields["tender"].is_(case.tender)
    pool = _sorted_ids(fields["pool"], 1)
    parties = _sorted_ids(fields["parties"], _FEWEST)
    beacons = [_beacon(one) for one in fields["beacons"].entries()] if "beacons" in fields else []
    excluded = [_exclusion(one) for one in fields["exclusions"].entries()] if "exclusions" in fields else []
    case.report.hold(not set(excluded) & set(pool), "an excluded handle is in the pool of the draw")
    _check_independence(case, parties)
    return Draw(
        digest, entry, fields["label"].id(), fields["pick"].integer(1, len(pool)), pool,
        fields["vrf_pk"].octets(32), parties, beacons,
    )  # fmt: skip


def _sorted_ids(value: Value, least: int) -> list[str]:
    found = [one.id() for one in value.entries(least)]
    if found != sorted(set(found)):
        raise value.fault("the list is not sorted, each once")
    return found


def _beacon(value: Value) -> tuple[str, int]:
    fields = value.fields(["name", "round"])
    return fields["name"].id(), fields["round"].integer(0, canonical.LARGEST)


def _exclusion(value: Value) -> str:
    fields = value.fields(["handle", "code"])
    fields["code"].choice(_CODES)
    return fields["handle"].id()


def _check_independence(case: Case, parties: list[str]) -> None:
    """At least two parties do not belong together; one that holds no key counts only if the reader trusts it."""
    seats = {holder.kid: holder.org or holder.kid for holder in case.ceremony.holders}
    independent = {seats[party] for party in parties if party in seats}
    for party in parties:
        enrolled = [key for _, key in case.enrolled.get(("party", party), [])]
        independent |= {party} if party not in seats and enrolled and enrolled[-1] in case.trust.parties else set()
    case.report.hold(len(independent) >= _FEWEST, "the parties of the draw are not independent of each other")


# -- 2: its key and its witnesses --------------------------------------------------------------------------


def _check_key(case: Case, found: Draw) -> None:
    name = canonical.b64u(found.vrf_pk)
    entries = [one for one in case.log.of(case.tender, "draw.vrf") if one.data["vrf_pk"].raw == name]
    case.report.hold(
        len(entries) == 1 and entries[0].index < found.entry.index, "the key of the draw was not logged once before it"
    )
    path = f"{found.folder}/vrf-escrow.json"
    data = case.files.read(path, SMALL)
    digest = entries[0].data["doc"].digest()
    case.has_digest(path, data, digest)
    fields = document(data, of="vrf-escrow", place=path, limit=SMALL, required="tender ceremony vrf_pk escrow")
    fields["tender"].is_(case.tender)
    fields["ceremony"].is_(case.ceremony.digest)
    fields["vrf_pk"].is_(name)
    found.escrow = read_wraps(fields["escrow"], case.ceremony)
    case.signed(path, of="vrf-escrow", digest=digest, key=case.trust.platform)


# -- 3 and 4: commitments and contributions ------------------------------------------------------------------


def _check_contributions(case: Case, found: Draw) -> None:
    for entry in _of(case, found, "draw.commit"):
        party, key = _party(case, found, entry)
        case.report.hold(party not in found.commits, "{party} committed twice", party=party)
        fields = _document(case, found, entry, "commits", of="draw-commit", extra="commit escrow", key=key)
        commit = fields["commit"].digest()
        entry.data["commit"].is_(commit)
        found.commits[party] = entry, commit, read_wraps(fields["escrow"], case.ceremony)
    for entry in _of(case, found, "draw.reveal"):
        party, key = _party(case, found, entry)
        case.report.hold(party not in found.reveals, "{party} revealed twice", party=party)
        fields = _document(case, found, entry, "reveals", of="draw-reveal", extra="c", key=key)
        latest = max((one.index for one, _, _ in found.commits.values()), default=entry.index)
        case.report.hold(latest < entry.index, "a contribution was revealed before all had committed")
        found.reveals[party] = entry, fields["c"].octets(32)
    if found.commits:
        first = min(entry.at for entry, _, _ in found.commits.values())
        checkpoint = case.checkpoint(case.files.read(f"{found.folder}/manifest.checkpoint", CHECKPOINT_LIMIT))
        case.report.hold(checkpoint.size > found.entry.index, "the checkpoint of the draw does not contain it")
        early = all(at <= first.timestamp() for _, at in checkpoint.witnessed)
        case.report.hold(early, "the draw was not witnessed before the first commitment")


def _of(case: Case, found: Draw, event: str) -> list[Entry]:
    entries = [one for one in case.log.of(case.tender, event) if one.data["manifest"].raw == found.digest]
    for entry in entries:
        case.report.hold(entry.index > found.entry.index, "entry {index} comes before its draw", index=entry.index)
    return entries


def _party(case: Case, found: Draw, entry: Entry) -> tuple[str, Key]:
    party = entry.data["party"].id()
    case.report.hold(party in found.parties, "{party} is not a party of the draw", party=party)
    for holder in case.ceremony.holders:
        if holder.kid == party:
            return party, holder.key
    return party, case.key("party", party, found.entry.index)


def _document(case: Case, found: Draw, entry: Entry, folder: str, *, of: str, extra: str, key: Key) -> dict[str, Value]:
    digest = entry.data["doc"].digest()
    path, data = case.document(f"{found.folder}/{folder}", digest, SMALL)
    fields = document(data, of=of, place=path, limit=SMALL, required=f"tender manifest party {extra}")
    fields["tender"].is_(case.tender)
    fields["manifest"].is_(found.digest)
    fields["party"].is_(entry.data["party"].raw)
    case.signed(path, of=of, digest=digest, key=key)
    return fields


# -- 4 to 8: the result --------------------------------------------------------------------------------------


def _check_result(case: Case, found: Draw, *, is_last: bool) -> None:
    path = f"{found.folder}/result.json"
    if not is_last:
        is_bare = not found.reveals and path not in case.files
        case.report.hold(is_bare, "a draw that was given up has contributions or a result")
        return
    if path not in case.files:
        case.report.not_contained.append(say("the result of the draw {label}: there is none yet", label=found.label))
        return
    data = case.files.read(path, LARGE)
    digest = canonical.digest(data)
    entries = [one for one in case.log.of(case.tender, "draw.result") if one.data["result"].raw == digest]
    case.report.hold(len(entries) == 1, "{path} is not the document whose digest is in the log", path=path)
    entry = entries[0]
    found.result = entry.index
    optional = "beacons" if found.beacons else ""
    fields = document(
        data, of="draw-result", place=path, limit=LARGE,
        required=f"manifest contributions pi order drawn {optional}",
    )  # fmt: skip
    fields["manifest"].is_(found.digest)
    contributions = found.contributions = _contributions(case, found, entry, fields["contributions"])
    order = order_of(
        manifest=bytes.fromhex(found.digest),
        label=found.label,
        pool=found.pool,
        contributions=contributions,
        vrf_pk=found.vrf_pk,
        proof=fields["pi"].octets(80),
        beacons=_values(found, fields["beacons"]) if found.beacons else [],
    )
    stated = [one.id() for one in fields["order"].entries()]
    case.report.hold(stated == order, "the order of the draw is not the one that follows from it")
    drawn = [one.id() for one in fields["drawn"].entries()]
    case.report.hold(drawn == order[: found.pick], "the draw did not take the first of its order")
    _check_refusals(case, found, order)


def _contributions(case: Case, found: Draw, result: Entry, value: Value) -> dict[str, bytes]:
    case.report.hold(sorted(found.commits) == found.parties, "not every party of the draw has committed")
    fields = value.fields(found.parties)
    contributions = {party: one.octets(32) for party, one in fields.items()}
    for party, c in contributions.items():
        committed, commit, wraps = found.commits[party]
        fits = canonical.digest(b"tsb/draw/1 commit\x00" + c) == commit
        case.report.hold(fits, "the contribution of {party} is not the one it committed to", party=party)
        revealed, given = found.reveals.get(party, (committed, c))
        in_order = committed.index <= revealed.index < result.index and given == c
        case.report.hold(in_order, "the contribution of {party} is not the one it revealed", party=party)
        _check_escrow(case, found, party, c, wraps)
    return contributions


def _check_escrow(case: Case, found: Draw, party: str, c: bytes, wraps: tuple[Wrap, ...]) -> None:
    names = {"manifest": found.digest, "party": party, "tender": case.tender}
    ctx = context(b"tsb/draw/1 escrow", names)
    _, again = deal(c, Dealing("draw", ctx, case.ceremony.k, b"", wraps), case.ceremony.holders)
    if tuple(again) != wraps:
        said = say("the party put something else with the holders than it committed to")
        case.report.named.append(Named("escrow", party, said))


def _values(found: Draw, value: Value) -> list[tuple[str, int, bytes]]:
    values = []
    for one, (name, number) in zip(value.entries(len(found.beacons), len(found.beacons)), found.beacons, strict=True):
        fields = one.fields(["name", "round", "value"])
        fields["name"].is_(name)
        fields["round"].is_(number)
        values.append((name, number, fields["value"].read(canonical.from_b64u)))
    return values


def _check_refusals(case: Case, found: Draw, order: list[str]) -> None:
    seated, reserves = order[: found.pick], order[found.pick :]
    for entry in _of(case, found, "draw.refusal"):
        handle = entry.data["handle"].id()
        case.report.hold(handle in seated, "{handle} refused a seat that it did not have", handle=handle)
        seated.remove(handle)
        if reserves:
            seated.append(reserves.pop(0))
