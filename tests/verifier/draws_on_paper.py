"""A draw of the tender on paper: manifest, commitments, contributions, result; each act may be done otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bidding.rules.dealing import write_wraps
from core.canonical import b64u_encode, digest
from core.notes import sign_statement
from evaluation.rules import draw_documents as documents
from evaluation.rules import draw_escrow, vrf
from evaluation.rules.draw import alpha_of
from evaluation.rules.draw_manifest import Manifest, write_manifest
from tests.verifier.judging import edited
from tests.verifier.paper import TENDER, holder_secret, key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.notes import SigningKey
    from tests.verifier.paper import Paper

PARTIES = ("supervisor", "tenderee")
POOL = tuple(f"{n:04d}" for n in range(1, 13))
VRF = b"v" * 32


class DrawOnPaper:
    """One draw of a paper tender."""

    def __init__(
        self,
        paper: Paper,
        *,
        label: str = "experts/civil",
        pool: Sequence[str] = POOL,
        parties: Sequence[str] = PARTIES,
        **kwargs: object,
    ) -> None:
        self.paper = paper
        self.parties = parties
        self.manifest: Manifest = write_manifest(
            tender=TENDER, label=label, pick=3, pool=pool, vrf_pk=vrf.public_key_of(VRF), parties=parties, **kwargs
        )
        self.contributions = {party: (party.encode() * 32)[:32] for party in parties}
        self.commits: dict[str, documents.Commit] = {}

    @property
    def folder(self) -> str:
        return f"draws/{self.manifest.digest}"

    def enrol(self) -> None:
        escrow = documents.write_vrf_escrow(self.paper.ceremony, secret=VRF)
        if not any(b"draw.vrf" in entry for entry in self.paper.log):
            data = {"vrf_pk": vrf_pk(self.manifest), "doc": escrow.digest}
            self.paper.enter("draw.vrf", data)
        self.paper.signed(self.folder, "vrf-escrow", "vrf-escrow", escrow.data, self.paper.keys.platform)

    def publish(self) -> None:
        self.enrol()
        self.paper.files[f"{self.folder}/manifest.json"] = self.manifest.data
        self.paper.enter("draw.manifest", {"manifest": self.manifest.digest})
        self.paper.files[f"{self.folder}/manifest.checkpoint"] = self.paper.checkpoint().encode()

    def signer(self, party: str) -> SigningKey:
        return self.paper.keys.holders.get(party) or key(f"party/{party}")

    def commit(self, *parties: str, spoil: bool = False) -> None:
        for party in parties or self.parties:
            made = documents.write_commit(
                self.manifest, party=party, contribution=self.contributions[party], ceremony=self.paper.ceremony
            )
            if spoil:
                wraps = write_wraps([replace(made.escrow[0], ct=bytes(48)), *made.escrow[1:]])
                data = edited(made.data, lambda doc, wraps=wraps: doc.update(escrow=wraps))
                made = documents.read_commit(data, manifest=self.manifest, ceremony=self.paper.ceremony)
            self.commits[party] = made
            self.paper.signed(f"{self.folder}/commits", made.digest, "draw-commit", made.data, self.signer(party))
            data = {"manifest": self.manifest.digest, "party": party, "commit": made.commit, "doc": made.digest}
            self.paper.enter("draw.commit", data)

    def reveal(self, *parties: str) -> None:
        for party in parties or self.parties:
            made = documents.write_reveal(self.manifest, party=party, contribution=self.contributions[party])
            self.paper.signed(f"{self.folder}/reveals", made.digest, "draw-reveal", made.data, self.signer(party))
            self.paper.enter("draw.reveal", {"manifest": self.manifest.digest, "party": party, "doc": made.digest})

    def release(self, *kids: str, of: str, lies: bool = False) -> None:
        """Let holders open the contribution of a party, or (``vrf``) the function's secret."""
        ceremony = self.paper.ceremony
        if of == "vrf":
            wraps = documents.write_vrf_escrow(ceremony, secret=VRF).escrow
            escrow = draw_escrow.of_vrf(ceremony=ceremony, vrf_pk=self.manifest.vrf_pk, wraps=wraps)
        else:
            escrow = documents.escrow_of(self.commits[of], manifest=self.manifest)
        for number, kid in enumerate(kids):
            made = draw_escrow.write_release(
                ceremony, manifest=self.manifest.digest, escrows=[escrow], kid=kid, secret_key=holder_secret(kid)
            )
            data = made.data
            if lies and number == 0:
                data = edited(data, lambda doc: doc["shares"][0].update(share="A" * 43))
            name = digest(data)
            self.paper.files[f"{self.folder}/releases/{name}.json"] = data
            note = sign_statement("draw-release", name, key=self.paper.keys.holders[kid])
            self.paper.files[f"{self.folder}/releases/{name}.sig"] = note.encode()
            entry = {
                "manifest": self.manifest.digest,
                "kid": kid,
                "deal": "vrf" if of == "vrf" else "draw",
                "doc": name,
            }
            self.paper.enter("draw.release", entry)

    def finish(self) -> documents.Result:
        proof = vrf.prove(VRF, alpha_of(self.manifest.digest, self.contributions))
        made = documents.write_result(self.manifest, contributions=self.contributions, proof=proof)
        self.log_result(made.data)
        return made

    def log_result(self, data: bytes) -> None:
        self.paper.files[f"{self.folder}/result.json"] = data
        self.paper.enter("draw.result", {"result": digest(data)})

    def refuse(self, handle: str) -> None:
        data = {"manifest": self.manifest.digest, "handle": handle, "reason": "recusal"}
        self.paper.enter("draw.refusal", data)

    def run(self) -> documents.Result:
        self.publish()
        self.commit()
        self.reveal()
        return self.finish()


def vrf_pk(manifest: Manifest) -> str:
    return b64u_encode(manifest.vrf_pk)
