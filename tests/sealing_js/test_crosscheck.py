"""What the browser makes the Python side opens, and the other way round: two writers of one protocol."""

from __future__ import annotations

import base64
import io
import json
import subprocess
from datetime import UTC, datetime
from itertools import combinations

import pytest

from bidding.rules import age_passphrase
from bidding.rules.archive import describe_file
from bidding.rules.bid_secret import lock_bid_secret, read_bid_secret
from bidding.rules.ceremony_signatures import verify_holder_signature, write_signatures
from bidding.rules.close import write_close
from bidding.rules.rehearsal import check_answer, read_answer, verify_answer_signature, write_rehearsal
from bidding.rules.release import read_release, verify_release_signature
from bidding.rules.seal_document import read_seal, verify_seal_signature
from bidding.rules.sealing import EnvelopeToSeal, seal_bid
from core.canonical import b64u_decode, digest, dumps
from core.money import capital_words, half_up
from core.notes import parse_vkey
from tests.sealing_js.opening import open_bid, releases_by
from tests.sealing_js.people import (
    BIDDER,
    HOLDERS,
    LOT,
    PASSPHRASE,
    TENDER,
    KeptFile,
    ceremony_of,
    signatures_of,
)

DEADLINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SEAL_IN_PAGE = """
const blobs = given.files.map(({name, title, text}) =>
  ({name, title, media: "text/plain", blob: new Blob([text])}));
const signer = await m.notes.signerFrom(given.bidder_name, c.fromHex(given.seed));
const envelopes = [{name: "opening", lot: given.lot, files: blobs}];
const made = await m.seal.sealBid({
  ceremonyBytes: c.utf8(given.ceremony), bidder: "B-1", replaces: null, envelopes, openSink: m.seal.blobSink});
return {
  seal: c.textOf(made.seal), digest: made.digest, secret: c.canonicalText(made.secret),
  note: await m.notes.signDocument("seal", made.seal, signer),
  payload: c.toB64(new Uint8Array(await made.stored[0].arrayBuffer())),
};
"""


@pytest.fixture
def ceremony():
    return ceremony_of()


def given_files(*texts: str) -> list[dict[str, str]]:
    return [{"name": f"{n:03d}.txt", "title": f"文件 {n}.txt", "text": text} for n, text in enumerate(texts, 1)]


def seal_in_page(run, ceremony, *texts):
    made = run(
        "seal notes",
        SEAL_IN_PAGE,
        {
            "ceremony": ceremony.data.decode(),
            "files": given_files(*texts),
            "lot": LOT,
            "bidder_name": BIDDER.name,
            "seed": BIDDER.seed.hex(),
        },
    )
    return made | {"seal": made["seal"].encode(), "payload": base64.b64decode(made["payload"])}


def close_of(*seals: bytes):
    accepted = [digest(seal) for seal in seals]
    return write_close(tender=TENDER, deadline=DEADLINE, closed_at=DEADLINE, accepted=accepted)


def test_a_bid_sealed_in_the_browser_is_accepted_and_opened_by_any_three_of_four_holders(run, ceremony):
    made = seal_in_page(run, ceremony, "报价 970000.00", "x" * 200_000)
    seal = read_seal(made["seal"], ceremony=ceremony, bidder="B-1", lots=[LOT])
    verify_seal_signature(seal, note=made["note"], key=BIDDER.signing.verify_key)
    assert (seal.digest, seal.envelopes[0].size) == (made["digest"], len(made["payload"]))
    close = close_of(made["seal"])
    for three in combinations(HOLDERS, 3):
        releases = releases_by(three, ceremony, close=close, seals=[made["seal"]])
        opened = open_bid(ceremony, seal=made["seal"], payload=made["payload"], releases=releases)
        assert opened.status == "opened"
        assert opened.files == {"001.txt": "报价 970000.00".encode(), "002.txt": b"x" * 200_000}
        assert opened.titles == ["文件 1.txt", "文件 2.txt"]
        assert opened.faults == ()


def test_two_of_four_holders_do_not_open_a_bid_sealed_in_the_browser(run, ceremony):
    made = seal_in_page(run, ceremony, "secret")
    releases = releases_by(["agency", "tenderee"], ceremony, close=close_of(made["seal"]), seals=[made["seal"]])
    opened = open_bid(ceremony, seal=made["seal"], payload=made["payload"], releases=releases)
    assert (opened.status, opened.files) == ("unopenable", {})


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 65_535, 65_536, 131_072])
def test_every_size_of_file_comes_back_as_it_was(run, ceremony, size):
    made = seal_in_page(run, ceremony, "z" * size)
    releases = releases_by(
        ["agency", "centre", "tenderee"], ceremony, close=close_of(made["seal"]), seals=[made["seal"]]
    )
    opened = open_bid(ceremony, seal=made["seal"], payload=made["payload"], releases=releases)
    assert (opened.status, opened.files) == ("opened", {"001.txt": b"z" * size})


def test_the_payload_opens_with_stock_age_and_tar(run, ceremony, tmp_path):
    made = seal_in_page(run, ceremony, "for everyone to check")
    secret = read_bid_secret(made["secret"].encode())
    identity = run(
        "dealing age",
        """const seal = JSON.parse(given.seal);
        const ctx = await m.dealing.envelopeContext({...seal, envelope: "opening", lot: given.lot});
        return m.age.identityFrom(await m.dealing.ageSecret(c.fromHex(given.s), ctx));""".replace(
            "{...seal,",
            "{bidder: seal.bidder, ceremony: seal.ceremony, cid: seal.cid, tender: seal.tender,",
        ),
        {"seal": made["seal"].decode(), "s": secret.envelopes[0].secret.hex(), "lot": LOT},
    )
    (tmp_path / "key.txt").write_text(identity + "\n")
    (tmp_path / "payload.age").write_bytes(made["payload"])
    try:
        plain = subprocess.run(
            ["age", "-d", "-i", tmp_path / "key.txt", tmp_path / "payload.age"], capture_output=True, check=True
        ).stdout
    except FileNotFoundError:
        pytest.skip("needs the age command: none was found")
    listed = subprocess.run(["tar", "tf", "-"], input=plain, capture_output=True, check=True).stdout.decode()
    assert listed.split() == ["index.json", "001.txt"]


def python_bid(ceremony):
    sink = KeptFile()
    form = describe_file(
        lambda: io.BytesIO(b'{"price":"1.00"}'), name="form.json", title="报价表", media="application/json"
    )
    envelope = EnvelopeToSeal("opening", LOT, [form], sink)
    return seal_bid(ceremony, bidder="B-1", envelopes=[envelope]), sink.getvalue()


def test_a_bid_sealed_in_python_is_checked_and_opened_in_the_browser(run, ceremony):
    sealed, payload = python_bid(ceremony)
    given = {
        "seal": sealed.seal.data.decode(),
        "ceremony": ceremony.data.decode(),
        "s": sealed.secret.envelopes[0].secret.hex(),
        "payload": base64.b64encode(payload).decode(),
        "lot": LOT,
    }
    found = run(
        "verify schemas",
        """const bytes = c.utf8(given.ceremony);
        const opened = await m.verify.openOwnEnvelope({
          sealBytes: c.utf8(given.seal), ceremony: m.schemas.readCeremony(bytes), ceremonyDigest: await c.digestOf(bytes),
          envelope: {name: "opening", lot: given.lot}, s: c.fromHex(given.s), payload: new Blob([c.fromB64(given.payload)])});
        return opened.files.map(({name, title, content}) => [name, title, c.textOf(content)]);""",
        given,
    )
    assert found == [["form.json", "报价表", '{"price":"1.00"}']]


def test_a_seal_whose_dealing_was_altered_fails_the_bidders_own_check(run, ceremony):
    sealed, payload = python_bid(ceremony)
    document = json.loads(sealed.seal.data)
    deal = document["envelopes"][0]["deal"]
    deal[1]["ct"] = deal[2]["ct"]
    given = {
        "seal": dumps(document).decode(),
        "ceremony": ceremony.data.decode(),
        "s": sealed.secret.envelopes[0].secret.hex(),
        "payload": base64.b64encode(payload).decode(),
    }
    found = run(
        "verify schemas",
        """const bytes = c.utf8(given.ceremony);
        const own = {sealBytes: c.utf8(given.seal), ceremony: m.schemas.readCeremony(bytes),
          ceremonyDigest: await c.digestOf(bytes), envelope: {name: "opening", lot: "1"}, s: c.fromHex(given.s),
          payload: new Blob([c.fromB64(given.payload)])};
        try { await m.verify.openOwnEnvelope(own); return "accepted"; } catch (error) { return error.message; }""",
        given,
    )
    assert found == "mismatch: wrap for centre"


HOLDER_KEYS = """
const keys = await m.keys.keysFrom(given.secrets);
const ceremonyBytes = c.utf8(given.ceremony);
"""


def test_a_ceremony_is_signed_in_the_browser_and_verified_in_python(run, ceremony):
    notes = {}
    for kid, person in HOLDERS.items():
        notes[kid] = run(
            "ceremony keys",
            HOLDER_KEYS + "return m.ceremony.signCeremony(ceremonyBytes, {kid: given.kid, keys, expected: {k: 3}});",
            {"secrets": person.secrets(), "kid": kid, "ceremony": ceremony.data.decode()},
        )
        verify_holder_signature(ceremony, kid=kid, note=notes[kid])
    assert write_signatures(notes) == signatures_of(ceremony)  # Ed25519 is deterministic: not a byte differs


def test_a_bidder_verifies_the_signatures_of_all_holders_and_refuses_strangers(run, ceremony):
    given = {
        "ceremony": ceremony.data.decode(),
        "signatures": signatures_of(ceremony).decode(),
        "vkeys": [person.vkey for person in HOLDERS.values()],
    }
    found = run(
        "ceremony schemas",
        """const [bytes, signatures] = [c.utf8(given.ceremony), c.utf8(given.signatures)];
        const ceremony = m.schemas.readCeremony(bytes);
        const code = async (text, trusted) => {
          try { await m.ceremony.checkSignatures(bytes, c.utf8(text), {ceremony, trusted}); return "ok"; }
          catch (error) { return error.code; }
        };
        const lines = given.signatures.split("\\n");
        const swapped = lines[0].replace(/— \\S+ [^\\\\]+/, lines[1].match(/— \\S+ [^\\\\]+/)[0]);
        return [await code(given.signatures), await code(given.signatures, given.vkeys),
          await code(given.signatures, given.vkeys.slice(1)), await code(lines.slice(1).join("\\n")),
          await code([swapped, ...lines.slice(1)].join("\\n"))];""",
        given,
    )
    assert found == ["ok", "ok", "untrusted_holder", "mismatch", "signature_missing"]


def test_a_rehearsal_made_in_python_is_answered_in_the_browser(run, ceremony):
    secret = bytes(range(32))
    rehearsal = write_rehearsal(ceremony, secret=secret, cid=bytes(16))
    answered = run(
        "rehearsal keys",
        HOLDER_KEYS
        + """const rehearsalBytes = c.utf8(given.rehearsal);
        const {answer, note} = await m.rehearsal.answerRehearsal({ceremonyBytes, rehearsalBytes, kid: "supervisor", keys});
        return {answer: c.textOf(answer), note};""",
        {
            "secrets": HOLDERS["supervisor"].secrets(),
            "ceremony": ceremony.data.decode(),
            "rehearsal": rehearsal.data.decode(),
        },
    )
    answer = read_answer(answered["answer"].encode())
    check_answer(answer, rehearsal=rehearsal, ceremony=ceremony, secret=secret)
    verify_answer_signature(answer, note=answered["note"], key=HOLDERS["supervisor"].signing.verify_key)


RELEASE = (
    HOLDER_KEYS
    + """
try {
  const {release, note} = await m.release.makeRelease({ceremonyBytes, closeBytes: c.utf8(given.close),
    seals: given.seals.map((seal) => c.utf8(seal)), kid: given.kid, keys, now: given.now});
  return {release: c.textOf(release), note};
} catch (error) { return {code: error.code}; }
"""
)


def release_in_page(run, ceremony, close, seals, *, kid="tenderee", now=DEADLINE, person=None):
    return run(
        "release keys",
        RELEASE,
        {
            "secrets": (person or HOLDERS[kid]).secrets(),
            "kid": kid,
            "ceremony": ceremony.data.decode(),
            "close": close.data.decode(),
            "seals": [seal.decode() for seal in seals],
            "now": int(now.timestamp() * 1000),
        },
    )


def test_a_release_from_the_browser_is_byte_for_byte_the_one_of_python(run, ceremony):
    bids = [python_bid(ceremony)[0].seal.data for _ in range(3)]
    close = close_of(*bids)
    made = release_in_page(run, ceremony, close, bids)
    seals = [read_seal(bid, ceremony=ceremony) for bid in bids]
    release = read_release(made["release"].encode(), ceremony=ceremony, close=close, seals=seals)
    verify_release_signature(release, note=made["note"], key=HOLDERS["tenderee"].signing.verify_key)
    (expected,) = releases_by(["tenderee"], ceremony, close=close, seals=bids)
    assert release.data == expected.data


def test_a_holder_whose_wrap_is_garbage_releases_null_and_the_bidder_is_found_at_fault(run, ceremony):
    sealed, payload = python_bid(ceremony)
    document = json.loads(sealed.seal.data)
    document["envelopes"][0]["deal"][3]["ct"] = "A" * 64
    bid = dumps(document)
    close = close_of(bid)
    made = release_in_page(run, ceremony, close, [bid])
    assert [item["share"] for item in json.loads(made["release"])["shares"]] == [None]
    release = read_release(
        made["release"].encode(), ceremony=ceremony, close=close, seals=[read_seal(bid, ceremony=ceremony)]
    )
    others = releases_by(["agency", "centre", "supervisor"], ceremony, close=close, seals=[bid])
    opened = open_bid(ceremony, seal=bid, payload=payload, releases=[release, *others])
    assert (opened.status, opened.faults) == ("invalid_dealing", ("tenderee",))


def test_nothing_is_released_early_for_other_seals_or_with_another_key(run, ceremony):
    bids = [python_bid(ceremony)[0].seal.data for _ in range(2)]
    close = close_of(*bids)
    early = datetime(2026, 3, 2, 0, 59, 59, tzinfo=UTC)
    codes = [
        release_in_page(run, ceremony, close, bids, now=early),
        release_in_page(run, ceremony, close, bids[:1]),
        release_in_page(run, ceremony, close_of(bids[0]), bids),
        release_in_page(run, ceremony, close, bids, person=HOLDERS["agency"]),
        release_in_page(run, ceremony, close, bids, kid="stranger", person=HOLDERS["agency"]),
    ]
    assert [answer["code"] for answer in codes] == [
        "too_early",
        "seal_missing",
        "mismatch",
        "other_key_in_ceremony",
        "not_a_holder",
    ]


def test_key_files_and_bid_secrets_cross_over_under_their_passphrase(run, ceremony):
    sealed, _ = python_bid(ceremony)
    locked = lock_bid_secret(sealed.secret, passphrase=PASSPHRASE, work_factor=10)
    found = run(
        "keys bid_secret age",
        """const wrapped = c.fromB64(given.wrapped);
        const secrets = await m.keys.unlockSecrets(wrapped, given.passphrase, {kind: "bidder"});
        const {signer} = await m.keys.keysFrom(secrets);
        const secret = await m.bid_secret.unlockBidSecret(c.fromB64(given.locked), given.passphrase);
        let wrong = null;
        try { await m.keys.unlockSecrets(wrapped, "another one", {kind: "bidder"}); } catch (error) { wrong = error.code; }
        const again = await m.age.lock(c.canonicalBytes(secret), given.passphrase, {work: 10});
        return {vkey: signer.vkey, secret: c.canonicalText(secret), wrong, again: c.toB64(again)};""",
        {
            "wrapped": base64.b64encode(BIDDER.wrapped()).decode(),
            "locked": base64.b64encode(locked).decode(),
            "passphrase": PASSPHRASE,
        },
    )
    assert (found["vkey"], found["wrong"]) == (BIDDER.vkey, "passphrase_wrong")
    assert found["secret"].encode() == sealed.secret.document()
    opened = age_passphrase.decrypt(base64.b64decode(found["again"]), passphrase=PASSPHRASE)
    assert opened == sealed.secret.document()


def test_a_key_made_in_the_browser_has_the_vkey_that_python_computes(run):
    made = run(
        "keys",
        """const secrets = m.keys.makeHolderSecrets("yangguang.example/holder/new");
        const {signer, box} = await m.keys.keysFrom(secrets);
        return {secrets, vkey: signer.vkey, pk: c.toHex(box.pk)};""",
    )
    from core.notes import SigningKey

    seed = b64u_decode(made["secrets"]["ed25519"], length=32)
    assert str(SigningKey("yangguang.example/holder/new", seed).verify_key) == made["vkey"]
    assert parse_vkey(made["vkey"]).name == "yangguang.example/holder/new"
    from bidding.rules.wrapping import public_key_of

    assert public_key_of(b64u_decode(made["secrets"]["x25519"], length=32)).hex() == made["pk"]


def test_amounts_in_words_are_those_of_the_platform(run):
    fen = [0, 1, 10, 12, 100, 101, 110, 1000, 10_05, 12_345_678_90, 100_000_000_00, 10_010_000_00, 1_0000_0001_00]
    fen += [10_500_00, 100_500_30, 20_0000_0000_0000_00, 97_000_000, 6_000_000_007, 123_456_789_012_345_678]
    found = run("amounts", "return given.map((fen) => m.amounts.chineseWords(BigInt(fen)));", [str(n) for n in fen])
    from decimal import Decimal

    assert found == [capital_words(half_up(Decimal(n) / 100)) for n in fen]
