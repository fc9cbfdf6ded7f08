"""A person's signature: what an authenticator asserted about the hash of a document, for anybody to check later.

(1) The *statement* is canonical JSON: ``{v, type: "person-statement", kind, tender, document, person, at, nonce}``;
    ``document`` is the SHA-256 of what is signed (64 hex), ``nonce`` 16 bytes that were never used before.
(2) The challenge is SHA-256(statement): 32 bytes that the browser puts, as base64url, into its *client data* beside
    the origin of the page (W3C Web Authentication Level 3, section 5.8.1).
(3) The authenticator signs ``authenticator data || SHA-256(client data)`` after it has recognised its owner
    (sections 6.1 and 7.2). The authenticator data begin with SHA-256(RP ID), one byte of flags, a counter of 4 bytes.
(4) The *evidence* is canonical JSON of all of it with the public key as SubjectPublicKeyInfo (RFC 5280): nothing
    else is needed to verify, and ``openssl dgst -verify`` can.

Pure: no framework, no clock, no random. Verification returns what was verified or raises; it never returns False.
"""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from core.canonical import Malformed, b64u_decode, b64u_encode, check_digest, digest, dumps, loads, parse_time
from core.reasons import reason

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

VERSION: Final = "tsb/1"
LIMIT: Final = 16_384  # bytes of one piece of evidence
PRESENT, VERIFIED = 0x01, 0x04  # flags of the authenticator data: somebody touched it; it recognised its owner
_HEAD = 37  # bytes of the authenticator data before anything optional
_NONCE = 16
_STATEMENT = ("at", "document", "kind", "nonce", "person", "tender", "type", "v")
_EVIDENCE = ("authenticator", "client", "credential", "key", "origin", "rp", "signature", "statement", "type", "v")
_EVIDENCE_TEXTS = tuple(name for name in _EVIDENCE if name != "statement")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person says by signing: this document, for this tender (or none), as this kind of thing, now."""

    kind: str
    tender: str
    document: str  # SHA-256 of the document, 64 hex
    person: str  # public number
    at: str  # the instant at which it was asked for, as the protocol writes times
    nonce: str  # 16 bytes, base64url

    def as_json(self) -> dict[str, str]:
        return {
            "v": VERSION,
            "type": "person-statement",
            "kind": self.kind,
            "tender": self.tender,
            "document": self.document,
            "person": self.person,
            "at": self.at,
            "nonce": self.nonce,
        }

    @property
    def challenge(self) -> bytes:
        return hashlib.sha256(dumps(self.as_json())).digest()


@dataclass(frozen=True, slots=True)
class AuthenticatorData:
    """The head of the authenticator data: for which host, with which flags, at which count."""

    rp_hash: bytes
    flags: int
    count: int

    @property
    def is_verified(self) -> bool:
        """Somebody was there, and the authenticator recognised its owner (PIN, finger, face)."""
        return self.flags & (PRESENT | VERIFIED) == PRESENT | VERIFIED


@dataclass(frozen=True, slots=True)
class ClientData:
    """What the browser adds: what was asked, with which challenge, on a page of which origin."""

    kind: str
    challenge: bytes
    origin: str
    is_cross_origin: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """One signature of a person with everything that is needed to check it."""

    statement: Statement
    rp: str
    origin: str
    credential: str  # base64url
    key: bytes  # SubjectPublicKeyInfo, DER
    authenticator: bytes
    client: bytes
    signature: bytes

    def as_bytes(self) -> bytes:
        return dumps(
            {
                "v": VERSION,
                "type": "person-signature",
                "statement": self.statement.as_json(),
                "rp": self.rp,
                "origin": self.origin,
                "credential": self.credential,
                "key": b64u_encode(self.key),
                "authenticator": b64u_encode(self.authenticator),
                "client": b64u_encode(self.client),
                "signature": b64u_encode(self.signature),
            }
        )

    @property
    def asserted_at(self) -> datetime:
        return parse_time(self.statement.at)


def read_statement(value: object) -> Statement:
    """Return the statement in ``value`` (a JSON object); Malformed with the first thing that is wrong."""
    fields = _texts(value, _STATEMENT)
    if fields["v"] != VERSION or fields["type"] != "person-statement":
        raise Malformed(reason("This is no statement of a person in a form that is known here."))
    check_digest(fields["document"])
    parse_time(fields["at"])
    b64u_decode(fields["nonce"], length=_NONCE)
    return Statement(**{name: fields[name] for name in ("kind", "tender", "document", "person", "at", "nonce")})


def read_evidence(data: bytes) -> Evidence:
    """Return the evidence in canonical ``data`` (at most 16 KiB), not verified yet; Malformed if it is none."""
    value = loads(data, limit=LIMIT)
    if not isinstance(value, dict) or tuple(sorted(value)) != _EVIDENCE:
        raise Malformed(reason("This is no signature of a person: its fields are not those that belong there."))
    statement = read_statement(value["statement"])
    fields = _texts({name: value[name] for name in _EVIDENCE if name != "statement"}, _EVIDENCE_TEXTS)
    if fields["v"] != VERSION or fields["type"] != "person-signature":
        raise Malformed(reason("This is no signature of a person in a form that is known here."))
    blobs = {name: b64u_decode(fields[name]) for name in ("key", "authenticator", "client", "signature")}
    b64u_decode(fields["credential"])
    return Evidence(statement, fields["rp"], fields["origin"], fields["credential"], **blobs)


def verify_evidence(data: bytes, *, document: bytes, rp: str, origin: str, key_digest: str = "") -> Statement:
    """Return what the person stated about ``document``; Malformed naming the first thing that does not agree.

    ``rp`` and ``origin`` are those of the platform, known from elsewhere; ``key_digest`` is the SHA-256 of the public
    key (64 hex) as the log enrolled it for the person, and without it the key inside is taken at its word.
    """
    evidence = read_evidence(data)
    if evidence.statement.document != digest(document):
        raise Malformed(reason("The signature is one of another document."))
    if (evidence.rp, evidence.origin) != (rp, origin):
        raise Malformed(reason("The signature was made for another platform ({origin}).", origin=evidence.origin))
    if key_digest and digest(evidence.key) != key_digest:
        raise Malformed(reason("The signature is by another key than the one that was enrolled."))
    verify_assertion(
        key=load_key(evidence.key),
        challenge=evidence.statement.challenge,
        rp=rp,
        origin=origin,
        authenticator=evidence.authenticator,
        client=evidence.client,
        signature=evidence.signature,
    )
    return evidence.statement


def verify_assertion(
    *,
    key: PublicKeyTypes,
    challenge: bytes,
    rp: str,
    origin: str,
    authenticator: bytes,
    client: bytes,
    signature: bytes,
) -> AuthenticatorData:
    """Check one assertion (W3C Web Authentication Level 3, section 7.2) and return the authenticator's own words.

    Checked are type, challenge and origin of the client data, host, presence and recognition of the owner in the
    authenticator data, and the signature over both. The counter is for whoever knows the former one.
    """
    said = read_client_data(client)
    if said.kind != "webauthn.get":
        raise Malformed(reason("The authenticator was asked for something else than a signature."))
    if said.challenge != challenge:
        raise Malformed(reason("The authenticator answered another question than the one that was asked."))
    if said.origin != origin or said.is_cross_origin:
        raise Malformed(
            reason("The authenticator was used on a page of another address ({origin}).", origin=said.origin)
        )
    data = read_authenticator_data(authenticator)
    if data.rp_hash != hashlib.sha256(rp.encode()).digest():
        raise Malformed(reason("The passkey belongs to another platform."))
    if not data.is_verified:
        raise Malformed(reason("The authenticator did not check who used it (PIN, fingerprint or face)."))
    try:
        _verify(key, signature, authenticator + hashlib.sha256(client).digest())
    except InvalidSignature:
        raise Malformed(reason("The signature of the authenticator is wrong.")) from None
    return data


def read_authenticator_data(data: bytes) -> AuthenticatorData:
    """Return the head of ``data``: 32 bytes of hash, one of flags, a big-endian counter of 4 bytes."""
    if len(data) < _HEAD:
        raise Malformed(reason("The data of the authenticator are cut short."))
    return AuthenticatorData(data[:32], data[32], struct.unpack(">I", data[33:_HEAD])[0])


def read_client_data(data: bytes) -> ClientData:
    """Return what the browser said: JSON as the browser wrote it, which has no canonical form."""
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Malformed(reason("The data of the browser cannot be read.")) from None
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in _CLIENT):
        raise Malformed(reason("The data of the browser lack type, challenge or origin."))
    return ClientData(
        value["type"], b64u_decode(value["challenge"]), value["origin"], value.get("crossOrigin", False) is not False
    )


def load_key(der: bytes) -> PublicKeyTypes:
    """Return the public key of a SubjectPublicKeyInfo: P-256, Ed25519, or RSA of 2048 bits and more."""
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        raise Malformed(reason("The public key cannot be read.")) from None
    is_known = (
        (isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1))
        or isinstance(key, ed25519.Ed25519PublicKey)
        or (isinstance(key, rsa.RSAPublicKey) and key.key_size >= _RSA_BITS)
    )
    if not is_known:
        raise Malformed(reason("The public key is of a kind that is not used here."))
    return key


_CLIENT = ("type", "challenge", "origin")
_RSA_BITS = 2048


def _verify(key: PublicKeyTypes, signature: bytes, signed: bytes) -> None:
    match key:
        case ec.EllipticCurvePublicKey():
            key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        case ed25519.Ed25519PublicKey():
            key.verify(signature, signed)
        case rsa.RSAPublicKey():
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        case _:
            raise Malformed(reason("The public key is of a kind that is not used here."))


def _texts(value: object, names: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(value, dict) or tuple(sorted(value)) != names:
        raise Malformed(reason("This is no signature of a person: its fields are not those that belong there."))
    if wrong := [name for name, text in value.items() if not isinstance(text, str)]:
        raise Malformed(reason("The field “{name}” of a person's signature is no text.", name=min(wrong)))
    return cast("dict[str, str]", value)
