"""Draws in the browser: the published vectors, what Python drew is recomputed, and what the browser writes Python reads."""

from __future__ import annotations

import json

from benchmarks.draws_browser import IN_THE_BROWSER, cases_of, ordered
from core.canonical import b64u_encode
from core.notes import SigningKey, sign_statement
from evaluation.rules import draw, draw_documents, draw_escrow
from evaluation.rules.draw_manifest import read_manifest
from tests.bidding.rules.sealed import ceremony, key_of, signer, vectors
from tests.evaluation.rules.drawing import PARTIES, SECRET, contribution_of, drawn

V = vectors("draw")
D = drawn()


def record(**changes: object) -> dict[str, object]:
    platform = SigningKey("platform.example/platform", bytes(32))
    enrolled = draw_documents.write_vrf_escrow(D.ceremony, secret=SECRET)

    def signed(documents: dict, doc_type: str) -> list[dict[str, str]]:
        return [
            {
                "party": party,
                "document": given.data.decode(),
                "note": sign_statement(doc_type, given.digest, key=signer(party)),
            }
            for party, given in documents.items()
        ]

    return {
        "manifest": D.manifest.data.decode(),
        "ceremony": D.ceremony.data.decode(),
        "vrf_escrow": {
            "document": enrolled.data.decode(),
            "note": sign_statement("vrf-escrow", enrolled.digest, key=platform),
        },
        "platform": str(platform.verify_key),
        "vkeys": {party: str(signer(party).verify_key) for party in PARTIES},
        "commits": signed(D.commits, "draw-commit"),
        "reveals": signed(D.reveals, "draw-reveal"),
        "result": D.result.data.decode(),
        "refusals": [{"handle": D.result.order[1]}],
    } | changes


def test_every_value_of_the_vectors_comes_out_of_the_browser(run):
    found = run(
        "draw vrf",
        """const given_ = Object.fromEntries(Object.entries(given.contributions).map(([p, v]) => [p, c.fromHex(v)]));
        const alpha = await m.draw.alphaOf(given.manifest, given_);
        const beta = await m.vrf.verify(c.fromHex(given.vrf_pk), alpha, c.fromHex(given.pi));
        const seed = await m.draw.seedOf(given.manifest, given_, beta);
        const beacons = given.beacons.map((b) => ({...b, value: c.fromHex(b.value)}));
        const zero = m.draw.words(new Uint8Array(32), given.zero_seed_label);
        const sevens = [];
        for (let i = 0; i < 16; i += 1) sevens.push(await m.draw.below(zero, 7));
        return {
          alpha: c.toHex(alpha), beta: c.toHex(beta), seed: c.toHex(seed),
          seed_with_beacon: c.toHex(await m.draw.seedOf(given.manifest, given_, beta, beacons)),
          permutation: await m.draw.permutation(given.pool_handles, seed, given.label),
          commits: Object.fromEntries(await Promise.all(
            Object.entries(given_).map(async ([p, v]) => [p, await m.draw.commitment(v)]))),
          zero_seed_below_7: sevens,
          rfc: await Promise.all(given.rfc9381.map(async (v) =>
            c.toHex(await m.vrf.verify(c.fromHex(v.pk), c.fromHex(v.alpha), c.fromHex(v.pi))))),
        };""",
        V,
    )
    names = ("alpha", "beta", "seed", "seed_with_beacon", "permutation", "commits", "zero_seed_below_7")
    assert found == {name: V[name] for name in names} | {"rfc": [case["beta"] for case in V["rfc9381"]]}


def test_a_changed_proof_and_a_weak_key_are_refused_in_the_browser(run):
    case = V["rfc9381"][1]
    spoilt = [
        (case["pk"], case["pi"][:-2] + ("00" if case["pi"][-2:] != "00" else "01")),
        (case["pk"], "00" + case["pi"][2:]),
        (case["pk"], case["pi"][:-2]),
        ("01" + "00" * 31, case["pi"]),
        ("ff" * 32, case["pi"]),
    ]
    found = run(
        "vrf",
        """const said = [];
        for (const [pk, pi] of given.cases) {
          try { await m.vrf.verify(c.fromHex(pk), c.fromHex(given.alpha), c.fromHex(pi)); said.push("accepted"); }
          catch (error) { said.push(error.code); }
        }
        return said;""",
        {"cases": spoilt, "alpha": case["alpha"]},
    )
    assert found == ["malformed"] * len(spoilt)


RECOMPUTE = """
const steps = [];
try {
  const found = await m.draw.recompute(given, {onStep: (code) => steps.push(code)});
  return {...found, steps};
} catch (error) { return {error: error.code, steps}; }
"""


def test_the_browser_recomputes_what_was_drawn(run):
    found = run("draw", RECOMPUTE, record())
    order = list(D.result.order)
    assert (found["order"], found["drawn"]) == (order, order[:5])
    assert found["serving"] == [order[0], *order[2:6]]
    assert (found["result"], found["misdealt"]) == (D.result.digest, [])
    assert found["steps"] == ["manifest", "key", "contributions", "proof", "order", "escrow"]


def test_the_browser_finds_whatever_was_changed(run):
    swapped = json.loads(D.result.data)
    swapped["order"][:2] = swapped["order"][1::-1]
    swapped["drawn"] = swapped["order"][:5]
    manifest = json.loads(D.manifest.data) | {"pick": 4}
    other = record()["commits"]
    other[0] = other[0] | {"note": other[1]["note"]}
    compact = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False}
    cases = [
        record(result=json.dumps(swapped, **compact)),
        record(manifest=json.dumps(manifest, **compact)),
        record(commits=other),
        record(commits=record()["commits"][1:]),
        record(refusals=[{"handle": D.result.order[7]}]),
        record(platform=str(signer("agency").verify_key)),
    ]
    found = run(
        "draw",
        f"const all = []; for (const one of given) all.push(await (async (given) => {{{RECOMPUTE}}})(one)); return all;",
        cases,
    )
    assert [each["error"] for each in found] == [
        "order_differs", "mismatch", "mismatch", "mismatch", "malformed", "signature_missing",
    ]  # fmt: skip


def test_what_the_browser_contributes_is_read_by_python(run):
    made = ceremony()
    secrets = {"name": signer("agency").name, "seed": b64u_encode(signer("agency").secret)}
    found = run(
        "draw notes",
        """const seed = c.fromB64u(given.seed, 32);
        const signer = await m.notes.signerFrom(given.name, seed);
        const [manifestBytes, ceremonyBytes] = [c.utf8(given.manifest), c.utf8(given.ceremony)];
        const contribution = c.fromHex(given.contribution);
        const made = await m.draw.makeCommit({manifestBytes, ceremonyBytes, party: "agency", contribution, signer});
        const digest = await c.digestOf(manifestBytes);
        const kept = await m.draw.keep(contribution, {seed, manifest: digest});
        const again = await m.draw.keptContribution(kept, {seed, manifest: digest});
        const commit = await m.draw.commitment(again);
        const shown = await m.draw.makeReveal({manifestBytes, party: "agency", contribution: again, commit, signer});
        let dice = "";
        try { await m.draw.contributionOf("123"); } catch (error) { dice = error.code; }
        return {
          commit: c.textOf(made.document), note: made.note, reveal: c.textOf(shown.document), shown: shown.note, dice,
          thrown: c.toHex(await m.draw.contributionOf("123456".repeat(9))), kept,
        };""",
        secrets
        | {
            "manifest": D.manifest.data.decode(),
            "ceremony": made.data.decode(),
            "contribution": contribution_of("agency").hex(),
        },
    )
    manifest = read_manifest(D.manifest.data)
    commit = draw_documents.read_commit(found["commit"].encode(), manifest=manifest, ceremony=made)
    assert commit.data == D.commits["agency"].data
    reveal = draw_documents.read_reveal(found["reveal"].encode(), manifest=manifest)
    draw_documents.check_reveal(reveal, commit)
    for given, doc_type, note in ((commit, "draw-commit", "note"), (reveal, "draw-reveal", "shown")):
        draw_documents.verify_party_signature(
            given, doc_type=doc_type, note=found[note], key=signer("agency").verify_key
        )
    assert (found["dice"], found["thrown"]) == ("dice_short", draw.thrown("123456" * 9).hex())
    assert len(found["kept"]) == 80


def test_what_a_holder_opens_in_the_browser_is_read_by_python(run):
    made, kid = ceremony(), "supervisor"
    enrolled = draw_documents.write_vrf_escrow(made, secret=SECRET)
    escrows = [
        draw_documents.escrow_of(D.commits["agency"], manifest=D.manifest),
        draw_escrow.of_vrf(ceremony=made, vrf_pk=enrolled.vrf_pk, wraps=enrolled.escrow),
    ]
    for escrow in escrows:
        found = run(
            "draw_release keys",
            """const secrets = {kind: "holder", name: given.name, ed25519: given.seed, x25519: given.secret};
            const keys = await m.keys.keysFrom(secrets);
            const made = await m.draw_release.makeDrawRelease({
              ceremonyBytes: c.utf8(given.ceremony), wanted: given.wanted, kid: given.kid, keys});
            return [c.textOf(made.document), made.note];""",
            {
                "name": signer(kid).name,
                "seed": b64u_encode(signer(kid).secret),
                "secret": b64u_encode(key_of(kid)),
                "kid": kid,
                "ceremony": made.data.decode(),
                "wanted": {
                    "deal": escrow.label,
                    "manifest": D.manifest.digest,
                    "tender": made.tender,
                    "secrets": [
                        {
                            "name": escrow.name,
                            "ceremony": made.digest,
                            "escrow": [
                                {"kid": each.kid, "enc": b64u_encode(each.enc), "ct": b64u_encode(each.ct)}
                                for each in escrow.wraps
                            ],
                        }
                    ],
                },
            },
        )
        ours = draw_escrow.write_release(
            made, manifest=D.manifest.digest, escrows=[escrow], kid=kid, secret_key=key_of(kid)
        )
        assert found[0].encode() == ours.data
        draw_escrow.verify_release_signature(ours, note=found[1], key=signer(kid).verify_key)


def test_browser_and_python_draw_the_same(page):
    cases = cases_of(60)
    assert page.evaluate(IN_THE_BROWSER, cases) == [ordered(case) for case in cases]
