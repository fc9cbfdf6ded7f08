"""Every value of the published vectors that suite X25519 without a bidder layer covers, and a little more."""

from __future__ import annotations

import base64
import hashlib
import io
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from bidding.rules import age, archive, dealing, derivation, recovery, shamir, wrapping
from bidding.rules.archive import Belonging
from bidding.rules.opening import Status, find
from bidding.rules.padding import padme
from bidding.rules.rehearsal import answer_rehearsal, check_answer, write_rehearsal
from bidding.rules.seal_document import read_seal, verify_seal_signature, write_seal
from core.canonical import Malformed, b64u_decode, b64u_encode, digest, dumps
from core.notes import SigningKey, parse_vkey, sign_statement, statement

from .sealed import file_of, minimal_ceremony, vectors, with_wrap

SEAL = vectors("seal")
EXTRA = vectors("seal_extra")
S = bytes.fromhex(SEAL["s"])
CTX = bytes.fromhex(SEAL["ctx"])
CID = bytes(range(16))
CEREMONY = minimal_ceremony()
HOLDER_KEYS = dict(zip(("agency", "supervisor", "tenderee"), map(bytes.fromhex, SEAL["holder_sk"]), strict=True))


def as_published(dealt: dealing.Dealing) -> list[dict[str, str]]:
    return [
        {"kid": wrap.kid, "enc": b64u_encode(wrap.enc), "ct": b64u_encode(wrap.ct), "share": share.hex()}
        for wrap, share in zip(dealt.wraps, dealt.shares, strict=True)
    ]


def test_the_ceremony_has_the_published_bytes_and_digest():
    assert CEREMONY.data.decode() == EXTRA["ceremony_canonical"]
    assert CEREMONY.digest == SEAL["ceremony_sha256"]
    assert [wrapping.public_key_of(key) for key in HOLDER_KEYS.values()] == [h.public for h in CEREMONY.holders]


def test_the_context_is_over_the_published_bytes():
    names = json.loads(EXTRA["ctx_json"])
    assert dumps(names).decode() == EXTRA["ctx_json"]
    assert (names["ceremony"], b64u_decode(names["cid"])) == (CEREMONY.digest, CID)
    ctx = derivation.bid_context(
        tender="T-1", ceremony=CEREMONY.digest, bidder="B1", cid=CID, envelope="opening", lot="1"
    )
    assert ctx == CTX


def test_commitment_coefficient_and_identity_are_derived_as_published():
    assert b64u_encode(derivation.commitment(S, CTX)) == SEAL["commit"]
    assert shamir.coefficients(S, label="hold", ctx=CTX, k=2) == [S, bytes.fromhex(EXTRA["coefficient_1"])]
    secret = derivation.payload_secret(S, CTX)
    assert secret.hex() == EXTRA["age_identity_secret"]
    assert age.write_identity(secret) == SEAL["age_identity"]
    assert age.write_recipient(wrapping.public_key_of(secret)) == SEAL["age_recipient"]
    assert age.read_identity(SEAL["age_identity"]) == secret


def test_the_dealing_has_the_published_bytes():
    dealt = dealing.deal(S, label="hold", ctx=CTX, holders=CEREMONY.holders, k=2)
    assert as_published(dealt) == SEAL["deal"]


@pytest.mark.parametrize("values", EXTRA["hpke"], ids=lambda values: values["kid"])
def test_every_intermediate_of_the_wrap_is_as_published(values):
    kid = values["kid"]
    public = next(holder.public for holder in CEREMONY.holders if holder.kid == kid)
    info = derivation.share_info("hold", CTX, kid)
    ekm = derivation.kdf(S, f"eph hold {kid}", CTX)
    ephemeral = wrapping.derive_ephemeral(ekm)
    enc = wrapping.public_key_of(ephemeral)
    dh = X25519PrivateKey.from_private_bytes(ephemeral).exchange(X25519PublicKey.from_public_bytes(public))
    shared = wrapping.shared_secret(dh, enc=enc, public=public)
    schedule = wrapping.key_schedule(shared, info)
    assert {
        "kid": kid,
        "ekm": ekm.hex(),
        "skE": ephemeral.hex(),
        "enc": enc.hex(),
        "dh": dh.hex(),
        "shared_secret": shared.hex(),
        "info": info.hex(),
        "key_schedule_context": schedule.context.hex(),
        "secret": schedule.secret.hex(),
        "key": schedule.key.hex(),
        "base_nonce": schedule.nonce.hex(),
    } == values


def test_the_frozen_age_file_opens_to_the_published_archive():
    payload = EXTRA["payload"]
    file = base64.b64decode(payload["age_file_base64"])
    assert (len(file), digest(file)) == (payload["age_size"], payload["age_sha256"])
    plain = b"".join(age.read_payload(io.BytesIO(file), secret=derivation.payload_secret(S, CTX)))
    assert (len(plain), digest(plain)) == (payload["plain_length"], payload["plain_sha256"])
    belonging = Belonging("T-1", "opening", "1", CID)
    kept = io.BytesIO()
    opened = archive.read_archive([plain], belonging=belonging, keep=lambda _: kept)
    assert opened.sha256 == payload["plain_sha256"]
    assert kept.getvalue().decode() == payload["form_json"]
    assert [entry.title for entry in opened.files] == ["报价表 price form"]


def test_the_archive_is_written_as_published():
    payload = EXTRA["payload"]
    form = file_of(payload["form_json"].encode(), title="报价表 price form")
    belonging = Belonging("T-1", "opening", "1", CID)
    written = io.BytesIO()
    assert archive.write_archive(written, belonging=belonging, files=[form]) == payload["plain_length"]
    assert digest(written.getvalue()) == payload["plain_sha256"]
    assert written.getvalue()[512:].startswith(payload["index_json"].encode())
    assert written.getvalue()[payload["tar_length"] - 1024 :].count(0) == payload["plain_length"] - 2048
    assert archive.archive_length([form.entry], belonging=belonging) == payload["plain_length"]


def test_the_seal_and_its_signature_are_as_published():
    published = EXTRA["seal_document"]
    seal = read_seal(published["seal_json"].encode(), ceremony=CEREMONY, bidder="B1", lots={"1"})
    assert seal.digest == published["sha256"]
    assert seal.context(seal.envelopes[0]) == CTX
    again = write_seal(ceremony=CEREMONY, bidder="B1", cid=CID, envelopes=seal.envelopes)
    assert again.data.decode() == published["seal_json"]
    key = SigningKey("tender.example/bidder/B1", bytes.fromhex(published["bidder_sk"]))
    assert str(key.verify_key) == published["vkey"]
    assert statement("seal", seal.digest) == published["statement"]
    assert sign_statement("seal", seal.digest, key=key) == published["note"]
    verify_seal_signature(seal, note=published["note"], key=parse_vkey(published["vkey"]))


@pytest.mark.parametrize("case", EXTRA["recovery"], ids=lambda case: case["case"])
def test_recovery_has_the_published_status_and_names_the_published_parties(case):
    seal = read_seal(EXTRA["seal_document"]["seal_json"].encode(), ceremony=CEREMONY)
    if case["case"].startswith("ct for tenderee replaced by 48 zero bytes"):
        seal = with_wrap(CEREMONY, seal, "tenderee", ct=bytes(48))
    shares = {kid: None if share is None else bytes.fromhex(share) for kid, share in case["shares"].items()}
    file = base64.b64decode(EXTRA["payload"]["age_file_base64"])
    found = find(
        seal,
        seal.envelopes[0],
        ceremony=CEREMONY,
        shares=shares,
        payload=lambda: io.BytesIO(file),
        waiting_is_over=True,
    )
    assert (found.status or Status.OPENED) == case["status"]
    if case["s"] is None:
        assert found.recovery is None
    else:
        assert found.recovery == recovery.Recovery(S, tuple(case["malformed_for"]), tuple(case["false_shares"]), ())


def test_the_bidder_layer_is_derived_and_dealt_as_published():
    layer = EXTRA["bidder_layer"]
    b = bytes.fromhex(layer["b"])
    assert b64u_encode(derivation.bidder_commitment(b, CTX)) == layer["commit_b"]
    secret = derivation.payload_secret(S, CTX, bidder_secret=b)
    assert age.write_identity(secret) == layer["age_identity"]
    assert age.write_recipient(wrapping.public_key_of(secret)) == layer["age_recipient"]
    dealt = dealing.deal(b, label="recover", ctx=CTX, holders=CEREMONY.holders, k=layer["k_recover"])
    assert as_published(dealt) == layer["deal_b"]


def test_the_rehearsal_is_dealt_as_published_and_every_holder_answers_it():
    published = EXTRA["rehearsal"]
    r, cid = bytes.fromhex(published["r"]), b64u_decode(json.loads(published["ctx_json"])["cid"])
    rehearsal = write_rehearsal(CEREMONY, secret=r, cid=cid)
    assert rehearsal.context.hex() == published["ctx"]
    assert hashlib.sha256(b"tsb/1 rehearsal\0" + published["ctx_json"].encode()).hexdigest() == published["ctx"]
    assert b64u_encode(rehearsal.commit) == published["commit"]
    dealt = dealing.deal(r, label="rehearse", ctx=rehearsal.context, holders=CEREMONY.holders, k=2)
    assert as_published(dealt) == published["deal"]
    assert dealt.wraps == rehearsal.deal
    for kid, key in HOLDER_KEYS.items():
        answer = answer_rehearsal(rehearsal, ceremony=CEREMONY, kid=kid, secret_key=key)
        check_answer(answer, rehearsal=rehearsal, ceremony=CEREMONY, secret=r)


@pytest.mark.parametrize(("length", "padded"), EXTRA["padme"])
def test_padme_pads_as_published(length, padded):
    assert padme(length) == padded


def refusal_of(entry: dict) -> str:
    data = bytes.fromhex(entry["hex"]) if entry.get("hex") else entry["seal_json"].encode()
    with pytest.raises(Malformed) as refusal:
        read_seal(data, ceremony=CEREMONY)
    return str(refusal.value)


@pytest.mark.parametrize("entry", EXTRA["reject"], ids=lambda entry: entry["name"])
def test_every_document_to_refuse_is_refused(entry):
    assert refusal_of(entry) != ""


def test_the_refusals_tell_the_faults_apart():
    reasons = {entry["name"]: refusal_of(entry) for entry in EXTRA["reject"]}
    assert len(reasons) == 37
    assert len(set(reasons.values())) == 37
