"""Answers that are known: if this machine computes another one, nothing that it signs or verifies means anything.

Taken from the specifications: the note of c2sp.org/signed-note, the trees of RFC 6962.
"""

from __future__ import annotations

from typing import Final

from core.canonical import Malformed
from core.notes import parse_vkey, verify_note
from core.tree import among, consistency_proof, inclusion_proof, leaf_hash, root, verify_consistency, verify_inclusion

_VKEY: Final = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
_NOTE: Final = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
_ENTRIES: Final = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
_ROOT: Final = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"  # of all eight (RFC 6962)


def faults() -> list[str]:
    """Return what this machine computes wrongly, a sentence each; none on a sound one."""
    return [sentence for sentence, holds in ((_NOTE_FAULT, _note_holds), (_TREE_FAULT, _tree_holds)) if not holds()]


_NOTE_FAULT: Final = "a signed note that is known to be good does not verify: the cryptography library is not sound"
_TREE_FAULT: Final = "a tree whose root is known has another one here: SHA-256 or the log's code is not sound"


def _note_holds() -> bool:
    try:
        verify_note(_NOTE, keys=[parse_vkey(_VKEY)])
    except Malformed:
        return False
    try:
        verify_note(_NOTE.replace("example message", "exemple message"), keys=[parse_vkey(_VKEY)])
    except Malformed:
        return True
    return False  # what verifies anything proves nothing


def _tree_holds() -> bool:
    leaves = [leaf_hash(bytes.fromhex(one)) for one in _ENTRIES]
    found, nodes = root(leaves), among(leaves)
    try:
        proof = inclusion_proof(5, 8, nodes)
        verify_inclusion(leaf=leaves[5], index=5, size=8, root=found, proof=proof)
        proof = consistency_proof(3, 8, nodes)
        verify_consistency(old=3, new=8, old_root=root(leaves[:3]), new_root=found, proof=proof)
    except Malformed:
        return False
    return found.hex() == _ROOT
