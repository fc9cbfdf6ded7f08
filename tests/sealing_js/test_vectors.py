"""Every vector of the protocol that the browser has a part in, in Chromium under the sealing page's policy."""

from __future__ import annotations


def test_the_ceremony_has_the_canonical_bytes_and_digest_of_the_vectors(run, vectors, extra):
    found = run(
        "",
        "const bytes = c.canonicalBytes(given); return [c.textOf(bytes), await c.digestOf(bytes)];",
        vectors["ceremony"],
    )
    assert found == [extra["ceremony_canonical"], vectors["ceremony_sha256"]]


def test_context_commitment_identity_and_recipient_are_those_of_the_vectors(run, vectors, extra):
    found = run(
        "dealing age",
        """const s = c.fromHex(given.s);
        const ctx = await m.dealing.envelopeContext({...given.core, envelope: "opening", lot: "1"});
        const secret = await m.dealing.ageSecret(s, ctx);
        return {
          ctx: c.toHex(ctx), commit: c.toB64u(await m.dealing.commitment(s, ctx)), secret: c.toHex(secret),
          identity: m.age.identityFrom(secret), recipient: await m.age.recipientFrom(secret),
          coefficient: c.toHex(await m.dealing.kdf(s, "shamir hold 1", ctx)),
        };""",
        {"s": vectors["s"], "core": vectors["seal_core"]},
    )
    assert found == {
        "ctx": vectors["ctx"],
        "commit": vectors["commit"],
        "secret": extra["age_identity_secret"],
        "identity": vectors["age_identity"],
        "recipient": vectors["age_recipient"],
        "coefficient": extra["coefficient_1"],
    }


DEAL = """
const ctx = c.fromHex(given.ctx);
const [s, label, k, holders] = [c.fromHex(given.s), given.label, given.k, given.holders];
const shares = await m.dealing.sharesOf(s, {label, ctx, k, n: holders.length});
const dealt = await m.dealing.deal(s, {label, ctx, k, holders});
return dealt.map((entry, index) => ({...entry, share: c.toHex(shares[index])}));
"""


def test_the_dealing_of_a_bid_is_byte_for_byte_that_of_the_vectors(run, vectors):
    given = {k: vectors[k] for k in ("s", "ctx")} | {"label": "hold", "k": 2}
    assert run("dealing", DEAL, given | {"holders": vectors["ceremony"]["holders"]}) == vectors["deal"]


def test_the_dealing_of_a_rehearsal_is_byte_for_byte_that_of_the_vectors(run, vectors, extra):
    rehearsal = extra["rehearsal"]
    given = {"s": rehearsal["r"], "ctx": rehearsal["ctx"], "label": "rehearse", "k": 2}
    assert run("dealing", DEAL, given | {"holders": vectors["ceremony"]["holders"]}) == rehearsal["deal"]


def test_the_dealing_of_a_bidder_layer_is_byte_for_byte_that_of_the_vectors(run, vectors, extra):
    layer = extra["bidder_layer"]
    given = {"s": layer["b"], "ctx": vectors["ctx"], "label": "recover", "k": layer["k_recover"]}
    assert run("dealing", DEAL, given | {"holders": vectors["ceremony"]["holders"]}) == layer["deal_b"]


def test_the_rehearsal_context_and_commitment_are_those_of_the_vectors(run, extra):
    found = run(
        "dealing",
        """const ctx = await m.dealing.rehearsalContext(JSON.parse(given.ctx_json));
        return [c.toHex(ctx), c.toB64u(await m.dealing.commitment(c.fromHex(given.r), ctx))];""",
        extra["rehearsal"],
    )
    assert found == [extra["rehearsal"]["ctx"], extra["rehearsal"]["commit"]]


def test_every_holder_opens_its_wrap_and_nobody_elses(run, vectors):
    found = run(
        "dealing",
        """const ctx = c.fromHex(given.ctx);
        const rows = [];
        for (const [index, sk] of given.holder_sk.entries()) {
          const box = await m.dealing.holderKeyFrom(c.fromHex(sk));
          const kid = given.ceremony.holders[index].kid;
          const row = [];
          for (const entry of given.deal) {
            const share = await m.dealing.openWrap(entry, {...box, label: "hold", ctx, kid});
            row.push(share === null ? null : c.toHex(share));
          }
          rows.push(row);
        }
        return rows;""",
        vectors,
    )
    shares = [entry["share"] for entry in vectors["deal"]]
    assert found == [[share if row == column else None for column, share in enumerate(shares)] for row in range(3)]


def test_a_wrap_does_not_open_under_another_label(run, vectors):
    found = run(
        "dealing",
        """const box = await m.dealing.holderKeyFrom(c.fromHex(given.holder_sk[0]));
        const given_to = {...box, label: "rehearse", ctx: c.fromHex(given.ctx), kid: "agency"};
        return m.dealing.openWrap(given.deal[0], given_to);""",
        vectors,
    )
    assert found is None


def test_any_two_of_three_shares_give_the_secret_and_one_with_a_false_one_does_not(run, vectors):
    found = run(
        "shamir",
        """const points = given.deal.map(({share}, index) => [index + 1, c.fromHex(share)]);
        const [a, b, d] = points;
        const found = [[a, b], [a, d], [b, d], [[1, new Uint8Array(32)], b]].map((two) => m.shamir.combine(two));
        return found.map((secret) => c.toHex(secret) === given.s);""",
        vectors,
    )
    assert found == [True, True, True, False]


def test_padding_follows_the_table(run, extra):
    found = run(
        "archive",
        """return given.map(([length]) => [
          length, m.archive.paddedLength("bid", length), m.archive.paddedLength("opening", length)]);""",
        extra["padme"],
    )
    assert found == [[length, padded, -(-length // 4096) * 4096] for length, padded in extra["padme"]]


def test_the_frozen_age_file_opens_with_the_identity_and_holds_the_strict_archive(run, vectors, extra):
    payload = extra["payload"]
    found = run(
        "age archive_reader",
        """const blob = new Blob([c.fromB64(given.payload.age_file_base64)]);
        const stream = await m.age.decryptWith(given.identity, blob);
        const plain = new Uint8Array(await new Response(stream).arrayBuffer());
        const expected = {tender: "T-1", envelope: "opening", lot: "1", cid: "AAECAwQFBgcICQoLDA0ODw"};
        const {index, files} = await m.archive_reader.readArchive(plain, expected);
        return [plain.length, await c.digestOf(plain), c.canonicalText(index),
          files.map(({name, content}) => [name, c.textOf(content)])];""",
        {"payload": payload, "identity": vectors["age_identity"]},
    )
    assert found == [
        payload["plain_length"],
        payload["plain_sha256"],
        payload["index_json"],
        [["form.json", payload["form_json"]]],
    ]


def test_the_archive_written_here_is_the_one_of_the_vectors(run, extra):
    found = run(
        "archive",
        """const blob = new Blob([given.form_json]);
        const described = JSON.parse(given.index_json);
        const files = [{...described.files[0], blob}];
        const index = m.archive.indexBytes({...described, files});
        const pieces = [];
        for await (const piece of m.archive.archivePieces({envelope: "opening", index, files})) pieces.push(piece);
        const plain = c.concat(...pieces);
        return [c.textOf(index), m.archive.archiveLength([index.length, blob.size]), plain.length,
          await c.digestOf(plain)];""",
        extra["payload"],
    )
    payload = extra["payload"]
    keys = ("index_json", "tar_length", "plain_length", "plain_sha256")
    assert found == [payload[key] for key in keys]


def test_the_seal_document_is_signed_and_verified_as_in_the_vectors(run, vectors, extra):
    document = extra["seal_document"]
    found = run(
        "notes schemas",
        """const bytes = c.utf8(given.document.seal_json);
        const signer = await m.notes.signerFrom("tender.example/bidder/B1", c.fromHex(given.document.bidder_sk));
        const seal = m.schemas.readSeal(bytes, {ceremony: given.ceremony, digest: given.digest});
        await m.notes.verifyDocument("seal", bytes, given.document.note, given.document.vkey);
        return [signer.vkey, await c.digestOf(bytes), await m.notes.statementOf("seal", bytes),
          await m.notes.signDocument("seal", bytes, signer), c.canonicalText(seal)];""",
        {"document": document, "ceremony": vectors["ceremony"], "digest": vectors["ceremony_sha256"]},
    )
    assert found == [document[key] for key in ("vkey", "sha256", "statement", "note", "seal_json")]


def test_all_37_documents_are_refused(run, vectors, extra):
    refused = run(
        "schemas",
        """return given.reject.map(({name, seal_json, hex}) => {
          try {
            const bytes = hex ? c.fromHex(hex) : new TextEncoder().encode(seal_json);
            m.schemas.readSeal(bytes, {ceremony: given.ceremony, digest: given.digest});
            return `${name}: accepted`;
          } catch (error) {
            return ["Malformed", "Mismatch"].includes(error.name) ? name : `${name}: ${error}`;
          }
        });""",
        {"reject": extra["reject"], "ceremony": vectors["ceremony"], "digest": vectors["ceremony_sha256"]},
    )
    assert refused == [case["name"] for case in extra["reject"]]
    assert len(refused) == 37


def test_a_rehearsal_is_answered_with_the_share_of_the_vectors(run, vectors, extra):
    rehearsal = extra["rehearsal"]
    deal = [{key: entry[key] for key in ("ct", "enc", "kid")} for entry in rehearsal["deal"]]
    document = {
        "v": "tsb/1",
        "type": "rehearsal",
        "tender": "T-1",
        "ceremony": vectors["ceremony_sha256"],
        "cid": "EBESExQVFhcYGRobHB0eHw",
        "commit": rehearsal["commit"],
        "deal": deal,
    }
    found = run(
        "rehearsal dealing notes",
        """const box = await m.dealing.holderKeyFrom(c.fromHex(given.sk));
        const signer = await m.notes.signerFrom("tender.example/holder/agency", new Uint8Array(32).fill(9));
        // the vectors' ceremony has no verification keys: take the holder's own for its place
        const ceremony = given.ceremony;
        ceremony.holders[0].vkey = signer.vkey;
        const ceremonyBytes = c.canonicalBytes(ceremony);
        const document = {...given.document, ceremony: await c.digestOf(ceremonyBytes)};
        // another ceremony has another context, so the wrap of the vectors must not open here …
        const rehearsalBytes = c.canonicalBytes(document);
        const keys = {signer, box};
        let refused = null;
        try { await m.rehearsal.answerRehearsal({ceremonyBytes, rehearsalBytes, kid: "agency", keys}); }
        catch (error) { refused = error.code; }
        // … and opens under its own
        const ctx = await m.dealing.rehearsalContext(given.document);
        const share = await m.dealing.openWrap(given.document.deal[0], {...box, label: "rehearse", ctx, kid: "agency"});
        return [refused, c.toHex(share)];""",
        {"sk": vectors["holder_sk"][0], "ceremony": vectors["ceremony"], "document": document},
    )
    assert found == ["wrap_does_not_open", rehearsal["deal"][0]["share"]]
