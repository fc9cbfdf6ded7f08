"""A person's signature, checked by whoever has the document: with this module, and with openssl alone."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.assertions import Evidence, Statement, load_key, read_evidence, verify_evidence
from core.canonical import Malformed, b64u_decode, b64u_encode, digest, dumps, loads
from tests.accounts.authenticator import HOST, ORIGIN, UP, Authenticator

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.pure

DOCUMENT = b'{"a document":true}'
STATEMENT = Statement(
    kind="release",
    tender="CT-2026-000001-ABCD/1",
    document=digest(DOCUMENT),
    person="PE-2026-000001-ABCD",
    at="2026-03-02T01:00:00.000000Z",
    nonce=b64u_encode(bytes(16)),
)
P256 = ec.derive_private_key(7, ec.SECP256R1())
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))


def evidence(device: Authenticator | None = None, statement: Statement = STATEMENT, **lies: Any) -> Evidence:
    device = device or Authenticator(key=P256)
    answer = device.use({"challenge": b64u_encode(statement.challenge)}, **lies)["response"]
    return Evidence(
        statement=statement,
        rp=HOST,
        origin=ORIGIN,
        credential=b64u_encode(device.credential),
        key=spki(device.key),
        authenticator=b64u_decode(answer["authenticatorData"]),
        client=b64u_decode(answer["clientDataJSON"]),
        signature=b64u_decode(answer["signature"]),
    )


def spki(key: Any) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def verified(found: Evidence, document: bytes = DOCUMENT, **known: str) -> Statement:
    return verify_evidence(found.as_bytes(), document=document, **({"rp": HOST, "origin": ORIGIN} | known))


@pytest.mark.parametrize("key", [P256, ED25519], ids=["P-256", "Ed25519"])
def test_evidence_is_read_back_and_verifies(key: Any) -> None:
    found = evidence(Authenticator(key=key))
    assert read_evidence(found.as_bytes()) == found
    assert verified(found, key_digest=digest(spki(key))) == STATEMENT


@pytest.mark.parametrize(
    ("lies", "why"),
    [
        ({"flags": UP}, "The authenticator did not check who used it (PIN, fingerprint or face)."),
        ({"host": "other.example"}, "The passkey belongs to another platform."),
        (
            {"origin": "https://other.example"},
            "The authenticator was used on a page of another address (https://other.example).",
        ),
        ({"cross_origin": True}, "The authenticator was used on a page of another address (https://trade.example)."),
        ({"kind": "webauthn.create"}, "The authenticator was asked for something else than a signature."),
        ({"challenge": "AAAA"}, "The authenticator answered another question than the one that was asked."),
        ({"wrong_signature": True}, "The signature of the authenticator is wrong."),
    ],
)
def test_an_assertion_that_lies_does_not_verify(lies: dict[str, Any], why: str) -> None:
    with pytest.raises(Malformed) as refusal:
        verified(evidence(**lies))
    assert str(refusal.value) == why


def test_another_document_platform_key_or_statement_does_not_verify() -> None:
    found = evidence()
    wrong = {
        "The signature is one of another document.": lambda: verified(found, b"another"),
        f"The signature was made for another platform ({ORIGIN}).": lambda: verified(found, origin="https://b.example"),
        "The signature is by another key than the one that was enrolled.": lambda: verified(found, key_digest="0" * 64),
        "The authenticator answered another question than the one that was asked.": lambda: verified(
            replace(found, statement=replace(STATEMENT, person="PE-2026-000002-EFGH"))
        ),
        "The signature of the authenticator is wrong.": lambda: verified(
            replace(found, key=spki(ec.derive_private_key(8, ec.SECP256R1())))
        ),
    }
    for why, check in wrong.items():
        with pytest.raises(Malformed) as refusal:
            check()
        assert str(refusal.value) == why


def test_every_changed_byte_of_the_evidence_is_found() -> None:
    """Or leaves what was said as it was: the credential's name is not signed, and base64 is canonical."""
    whole = evidence().as_bytes()
    for place in range(0, len(whole), 7):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        try:
            said = verify_evidence(changed, document=DOCUMENT, rp=HOST, origin=ORIGIN)
        except Malformed:
            continue
        assert said == STATEMENT
        assert read_evidence(changed).credential != read_evidence(whole).credential


@pytest.mark.parametrize(
    "change",
    [
        {"v": "tsb/2"},
        {"type": "seal"},
        {"key": 7},
        {"key": "====", "v": "tsb/1"},
        {"statement": {}},
        {"statement": {**STATEMENT.as_json(), "document": "no digest"}},
        {"statement": {**STATEMENT.as_json(), "nonce": "AAAA"}},
        {"statement": {**STATEMENT.as_json(), "at": "yesterday"}},
        {"statement": {**STATEMENT.as_json(), "kind": 1}},
        {"statement": {**STATEMENT.as_json(), "v": "tsb/2"}},
        {"authenticator": "AAAA"},
        {"client": b64u_encode(b"{")},
        {"client": b64u_encode(b"[]")},
        {"client": b64u_encode(b'{"type":"webauthn.get"}')},
        {"key": b64u_encode(b"no key")},
        {"key": b64u_encode(spki(ec.derive_private_key(7, ec.SECP384R1())))},
        {"more": "x"},
    ],
)
def test_what_has_not_its_form_is_malformed(change: dict[str, Any]) -> None:
    value = loads(evidence().as_bytes(), limit=16_384)
    assert isinstance(value, dict)
    with pytest.raises(Malformed):
        verify_evidence(dumps(value | change), document=DOCUMENT, rp=HOST, origin=ORIGIN)


def test_a_short_rsa_key_is_not_taken_and_a_long_one_is() -> None:
    long = rsa.generate_private_key(65537, 2048)
    assert load_key(spki(long)).key_size == 2048
    with pytest.raises(Malformed):
        load_key(spki(rsa.generate_private_key(65537, 1024)))  # noqa: S505


def test_openssl_alone_verifies_it(tmp_path: Path) -> None:
    found = evidence()
    (tmp_path / "key.der").write_bytes(found.key)
    (tmp_path / "signature").write_bytes(found.signature)
    (tmp_path / "signed").write_bytes(found.authenticator + hashlib.sha256(found.client).digest())
    command = "openssl dgst -sha256 -verify key.der -keyform DER -signature signature signed"
    said = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "Verified OK\n")
