"""The holders' signatures on a ceremony: every one of them is required (section 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bidding.rules.schema import Node
from core import canonical
from core.canonical import Malformed
from core.notes import SigningKey, sign_statement, verify_statement
from core.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bidding.rules.ceremony import Ceremony

NOTE_LIMIT: Final = 8_192
_LIMIT: Final = 65_536 * 4


def sign_ceremony(ceremony: Ceremony, *, key: SigningKey) -> str:
    """Return the note by which a holder accepts the ceremony."""
    return sign_statement("ceremony", ceremony.digest, key=key)


def verify_holder_signature(ceremony: Ceremony, *, kid: str, note: str) -> None:
    """Return if ``note`` is the signature of holder ``kid`` on the ceremony, else raise :class:`Malformed`."""
    verify_statement(note, doc_type="ceremony", digest_hex=ceremony.digest, key=ceremony.holder(kid).verify_key)


def write_signatures(notes: Mapping[str, str]) -> bytes:
    """Return ``ceremony.sigs``: one canonical line ``{kid, note}`` per holder, sorted by kid."""
    return b"".join(canonical.dumps({"kid": kid, "note": notes[kid]}) + b"\n" for kid in sorted(notes))


def verify_signatures(ceremony: Ceremony, *, data: bytes) -> None:
    """Return if ``data`` (``ceremony.sigs``) holds the valid signature of every holder, else raise."""
    if len(data) > _LIMIT or not data.endswith(b"\n"):
        raise Malformed(reason("The signatures of the ceremony are not lines, each ending with a newline."))
    lines = data[:-1].split(b"\n")
    if len(lines) != ceremony.n:
        raise Malformed(
            reason("{found} signatures of the ceremony instead of {expected}.", found=len(lines), expected=ceremony.n)
        )
    for holder, line in zip(ceremony.holders, lines, strict=True):
        fields = Node(canonical.loads(line, limit=2 * NOTE_LIMIT), f"ceremony.sigs[{holder.x}]").fields({"kid", "note"})
        fields["kid"].equal(holder.kid, reason("the signatures are not in the order of the holders"))
        verify_holder_signature(ceremony, kid=holder.kid, note=fields["note"].text())
