"""The start of a process: whoever would serve on a machine or a database that is not sound says why and ends."""

from __future__ import annotations

import sys
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from bidding.rules.derivation import kdf, share_info
from bidding.rules.wrapping import DoesNotOpen, public_key_of, unwrap, wrap
from core import soundness

# One wrap of the protocol's vectors: its secret, context, share and ciphertext.
_SECRET: Final = bytes(range(32))
_CTX: Final = bytes.fromhex("0af2271f48a74dfdfd6c4e04923b27de5e15427fb1530b1ce96622a576ba29e4")
_SHARE: Final = bytes.fromhex("8f9b0a59036319348e144f49d13c1b9355275499e793619f67c8c85a43348f7a")
_CT: Final = "0853fb0def0f7344a76397b399aaf2fa30d8bd4663fe389e9a63d5332bf7714eef9981a739977ca3bd07a0dd9ca72668"
_HPKE_FAULT: Final = "a share that is known is wrapped to other bytes here, or does not open: HPKE is not sound"


def require(*, role: str = "application") -> None:
    """Return if the process may serve, else end it with every reason."""
    if found := [*_wrapping_faults(), *soundness.refusals(role=role)]:
        sys.exit("This process does not start:\n" + "\n".join(f"- {sentence}" for sentence in found))


def _wrapping_faults() -> list[str]:
    secret = b"\x01" * 32
    info = share_info("hold", _CTX, "agency")
    ekm = kdf(_SECRET, "eph hold agency", _CTX)
    made = wrap(_SHARE, kid="agency", public=public_key_of(secret), info=info, ekm=ekm)
    try:
        opened = unwrap(made, secret=X25519PrivateKey.from_private_bytes(secret), info=info)
    except DoesNotOpen:
        return [_HPKE_FAULT]
    return [] if (made.ct.hex(), opened) == (_CT, _SHARE) else [_HPKE_FAULT]
