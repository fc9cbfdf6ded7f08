"""An authenticator in software, small enough to be read: what a security key does, with every lie that a test wants."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from core.canonical import b64u_decode, b64u_encode

ORIGIN = "https://trade.example"
HOST = "trade.example"
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40


@dataclass
class Authenticator:
    """One key for one host. Fields are what it says; ``count`` grows by one with every use unless it stands still."""

    host: str = HOST
    origin: str = ORIGIN
    flags: int = UP | UV
    count: int = 0
    counts: bool = True
    credential: bytes = b"credential-of-the-tests"
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: str = ""

    def make(self, options: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """Answer ``navigator.credentials.create``."""
        self.handle = options["user"]["id"]
        client = self._client("webauthn.create", options, **lies)
        attested = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + cbor2.dumps(self._cose())
        data = self._data(AT, lies) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": b64u_encode(client),
            "attestationObject": b64u_encode(attestation),
            "transports": ["usb", "internal"],
        }
        return self._answer(response) | {"clientExtensionResults": {"prf": {"enabled": True}}}

    def use(self, options: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """Answer ``navigator.credentials.get``."""
        client = self._client("webauthn.get", options, **lies)
        self.count += 1 if self.counts else 0
        data = self._data(0, lies)
        signature = self._sign(data + hashlib.sha256(client).digest())
        if lies.get("wrong_signature"):
            signature = self._sign(b"something else")
        return self._answer(
            {
                "clientDataJSON": b64u_encode(client),
                "authenticatorData": b64u_encode(data),
                "signature": b64u_encode(signature),
                "userHandle": lies.get("handle", self.handle),
            }
        )

    def _client(self, what: str, options: dict[str, Any], **lies: Any) -> bytes:
        said = {
            "type": lies.get("kind", what),
            "challenge": lies.get("challenge", options["challenge"]),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": lies.get("cross_origin", False),
        }
        return json.dumps(said).encode()

    def _data(self, more: int, lies: dict[str, Any]) -> bytes:
        host = hashlib.sha256(lies.get("host", self.host).encode()).digest()
        return host + bytes([lies.get("flags", self.flags) | more]) + struct.pack(">I", lies.get("count", self.count))

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        name = b64u_encode(self.credential)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}

    def _cose(self) -> dict[int, Any]:
        public = self.key.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            return {1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()}
        numbers = public.public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(data)
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


def challenge(options: dict[str, Any]) -> bytes:
    return b64u_decode(options["challenge"])
