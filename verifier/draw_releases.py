"""What holders opened of a draw: contributions that were not shown, or the secret of its function (step 19)."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from verifier import canonical
from verifier.report import Named
from verifier.schema import LARGE, document
from verifier.sharing import SECRET, Dealing, combine, context, judge
from verifier.words import Said, say

if TYPE_CHECKING:
    from verifier.case import Case
    from verifier.draw_case import Draw
    from verifier.entries import Entry

Shares = dict[str, dict[str, bytes | None]]  # by what was dealt (a party, or the key), then by holder
_NAMES: Final = {"draw": "party", "vrf": "vrf_pk"}


def check_releases(case: Case, found: Draw) -> None:
    """Check every release of a draw, once each, and name the holders whose shares are not the dealt ones."""
    shares: dict[str, Shares] = {"draw": {}, "vrf": {}}
    seen = set()
    for entry in case.log.of(case.tender, "draw.release"):
        if entry.data["manifest"].raw == found.digest:
            kid, deal = case.ceremony.holder(entry.data["kid"].kid()).kid, entry.data["deal"].choice(_NAMES)
            case.report.hold((kid, deal) not in seen, "{kid} released twice", kid=kid)
            seen.add((kid, deal))
            for name, share in _release(case, found, entry, kid, deal).items():
                shares[deal].setdefault(name, {})[kid] = share
    for party, by_holder in shares["draw"].items():
        if party in found.contributions:
            names = {"manifest": found.digest, "party": party, "tender": case.tender}
            dealing = Dealing(
                "draw", context(b"tsb/draw/1 escrow", names), case.ceremony.k, b"", found.commits[party][2]
            )
            _name(case, dealing, found.contributions[party], by_holder)
    for by_holder in shares["vrf"].values():
        _name_of_the_key(case, found, by_holder)


def _release(case: Case, found: Draw, entry: Entry, kid: str, deal: str) -> dict[str, bytes | None]:
    digest = entry.data["doc"].digest()
    path, data = case.document(f"{found.folder}/releases", digest)
    fields = document(data, of="draw-release", place=path, limit=LARGE, required="tender kid manifest deal shares")
    fields["tender"].is_(case.tender)
    fields["kid"].is_(kid)
    fields["manifest"].is_(found.digest)
    fields["deal"].is_(deal)
    case.signed(path, of="draw-release", digest=digest, key=case.ceremony.holder(kid).key)
    shares: dict[str, bytes | None] = {}
    for one in fields["shares"].entries():
        share = one.fields([_NAMES[deal], "share"])
        name = share[_NAMES[deal]].choice(found.parties if deal == "draw" else [canonical.b64u(found.vrf_pk)])
        shares[name] = None if share["share"].raw is None else share["share"].octets(SECRET)
    return shares


def _name_of_the_key(case: Case, found: Draw, shares: dict[str, bytes | None]) -> None:
    names = {"ceremony": case.ceremony.digest, "tender": case.tender, "vrf_pk": canonical.b64u(found.vrf_pk)}
    dealing = Dealing("vrf", context(b"tsb/draw/1 vrf", names), case.ceremony.k, b"", found.escrow)
    points = [(holder.x, share) for holder in case.ceremony.holders if (share := shares.get(holder.kid)) is not None]
    for subset in combinations(points, case.ceremony.k):
        secret = combine(subset)
        if Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw() == found.vrf_pk:
            _name(case, dealing, secret, shares)
            return


def _name(case: Case, dealing: Dealing, secret: bytes, shares: dict[str, bytes | None]) -> None:
    judged = judge(secret, dealing, case.ceremony, shares)
    for kid in judged.false_shares:
        _blame(case, "false_share", kid, say("the holder released a false share"))
    for kid in judged.false_nulls:
        _blame(case, "false_null", kid, say("the holder said of a good wrap that it does not open"))


def _blame(case: Case, kind: str, who: str, said: Said) -> None:
    case.report.named.append(Named(kind, who, said))
