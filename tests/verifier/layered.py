"""A tender on paper whose bids have a layer of their bidders' own: written by hand, field by field."""

from __future__ import annotations

import io
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bidding.rules import age
from bidding.rules.archive import Belonging, describe_file, write_archive
from bidding.rules.ceremony import read_ceremony
from bidding.rules.dealing import deal, write_wraps
from bidding.rules.derivation import (
    HOLD,
    RECOVER,
    bid_context,
    bidder_commitment,
    commitment,
    payload_secret,
    share_info,
)
from bidding.rules.wrapping import Wrap, public_key_of, unwrap
from core.canonical import b64u_decode, b64u_encode, digest, dumps
from tests.verifier.judging import edited
from tests.verifier.paper import ROLES, TENDER, Paper, holder_secret, key

LOT = "1"


class LayeredPaper(Paper):
    """One bid per bidder; ``layer`` as in the ceremony. ``b`` and ``s`` are kept by bidder."""

    def __init__(self, layer: str, *, k_recover: int = 4) -> None:
        super().__init__()
        extra = {"layer": layer, "key_window": 600} | ({"k_recover": k_recover} if layer == "recoverable" else {})
        self.layer, self.k_recover = layer, k_recover
        self.ceremony = read_ceremony(edited(self.ceremony.data, lambda doc: doc.update(extra)))
        self.bids: dict[str, dict] = {}  # seal digest → what the bidder knows

    def bid(self, bidder: str) -> None:
        self.enrol(bidder, key(bidder))
        cid, s, b = self.randomness(16), self.randomness(32), self.randomness(32)
        names = {"tender": TENDER, "ceremony": self.ceremony.digest, "bidder": bidder}
        ctx = bid_context(**names, cid=cid, envelope="opening", lot=LOT)
        file = describe_file(lambda: io.BytesIO(bidder.encode()), name="form.json", title="t", media="text/plain")
        plain, sink = io.BytesIO(), io.BytesIO()
        write_archive(plain, belonging=Belonging(TENDER, "opening", LOT, cid), files=[file])
        recipient = public_key_of(payload_secret(s, ctx, bidder_secret=b))
        writer = age.write_payload(sink, recipient=recipient, randomness=self.randomness)
        writer.write(plain.getvalue())
        payload = writer.finish()
        self.payloads[payload.sha256] = sink.getvalue()
        holders = self.ceremony.holders
        envelope = {
            "name": "opening", "lot": LOT, "fmt": "age/1", "size": payload.size, "sha256": payload.sha256,
            "commit": b64u_encode(commitment(s, ctx)),
            "deal": write_wraps(deal(s, label=HOLD, ctx=ctx, holders=holders, k=self.ceremony.k).wraps),
            "commit_b": b64u_encode(bidder_commitment(b, ctx)),
        }  # fmt: skip
        if self.layer == "recoverable":
            dealt = deal(b, label=RECOVER, ctx=ctx, holders=holders, k=self.k_recover)
            envelope["deal_b"] = write_wraps(dealt.wraps)
        document = {
            "v": "tsb/1", "type": "seal", "suite": "X25519", "cid": b64u_encode(cid), "replaces": None,
            "envelopes": [envelope], **names,
        }  # fmt: skip
        data = dumps(document)
        name = digest(data)
        self.signed("seals", name, "seal", data, key(bidder))
        self.places[name] = self.enter("bid.sealed", {"seal": name, "bidder": bidder, "replaces": None})
        self.bids[name] = {"bidder": bidder, "s": s, "b": b, "ctx": ctx, "envelope": envelope,
                           "plain": digest(plain.getvalue())}  # fmt: skip

    def shut_box(self) -> None:
        self.shut(accepted=list(self.bids))
        self.at = self.deadline + timedelta(seconds=60)

    def accepted(self) -> list:
        return []

    def _sealed_files(self) -> list[str]:
        return [bid["envelope"]["sha256"] for bid in self.bids.values()]

    def hand_in(self, bidder: str, *, secret: bytes | None = None) -> None:
        name, bid = next((name, bid) for name, bid in self.bids.items() if bid["bidder"] == bidder)
        keys = [{"seal": name, "envelope": "opening", "lot": LOT, "b": b64u_encode(secret or bid["b"])}]
        document = {"v": "tsb/1", "type": "bidder-key", "tender": TENDER, "bidder": bidder, "close": self.close.digest,
                    "keys": keys}  # fmt: skip
        data = dumps(document)
        self.signed("bidder-keys", digest(data), "bidder-key", data, key(bidder))
        self.enter("bid.key", {"bidder": bidder, "doc": digest(data)})

    def let_go(self, *kids: str, dealing: str = HOLD, lies: bool = False) -> None:
        at = max(self.at, self.deadline + timedelta(seconds=600))
        for kid in kids:
            place = ROLES.index(kid)
            shares = []
            for name in sorted(self.bids):
                bid = self.bids[name]
                wraps = bid["envelope"]["deal" if dealing == HOLD else "deal_b"]
                share = b"\x05" * 32 if lies else self._opened(kid, wraps[place], bid["ctx"], dealing)
                shares.append({"seal": name, "envelope": "opening", "lot": LOT, "share": b64u_encode(share)})
            document = {"v": "tsb/1", "type": "release", "tender": TENDER, "kid": kid, "close": self.close.digest,
                        "stage": 1, "deal": dealing, "shares": shares}  # fmt: skip
            data = dumps(document)
            self.signed(
                "releases/1", kid if dealing == HOLD else f"{kid}.recover", "release", data, self.keys.holders[kid]
            )
            entry = {"kid": kid, "release": digest(data), "stage": 1, "deal": dealing}
            self.enter("opening.release", entry, at=at)

    def _opened(self, kid: str, wrap: dict, ctx: bytes, dealing: str) -> bytes:
        secret = X25519PrivateKey.from_private_bytes(holder_secret(kid))
        made = Wrap(kid, b64u_decode(wrap["enc"]), b64u_decode(wrap["ct"]))
        return unwrap(made, secret=secret, info=share_info(dealing, ctx, kid))

    def tell(self, statuses: dict[str, str]) -> None:
        results = []
        for name in sorted(self.bids):
            bid = self.bids[name]
            status = statuses.get(bid["bidder"], "opened")
            results.append({
                "seal": name, "bidder": bid["bidder"], "envelope": "opening", "lot": LOT, "status": status,
                "s": b64u_encode(bid["s"]), "plain_sha256": bid["plain"] if status == "opened" else None,
            })  # fmt: skip
        data = dumps({"v": "tsb/1", "type": "opening", "tender": TENDER, "close": self.close.digest, "stage": 1,
                      "results": results})  # fmt: skip
        self.files["openings/1.json"] = data
        self.enter("tender.opened", {"opening": digest(data), "stage": 1})


def with_bids(layer: str, *bidders: str, k_recover: int = 4) -> LayeredPaper:
    """Return a closed tender with these bids."""
    paper = LayeredPaper(layer, k_recover=k_recover)
    paper.publish()
    for bidder in bidders:
        paper.bid(bidder)
    paper.shut_box()
    return paper
