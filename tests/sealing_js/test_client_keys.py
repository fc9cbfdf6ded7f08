"""The key files of the client are the browser's: each opens what the other locked."""

from __future__ import annotations

import base64

import pytest

from client import keys

PASSPHRASE = "correct horse battery"


@pytest.mark.parametrize("kind", keys.KINDS)
def test_key_files_cross_between_client_and_browser(run, kind):
    made = keys.make(kind, f"yangguang.example/{kind}/new")
    found = run(
        "keys age dealing",
        """const secrets = await m.keys.unlockSecrets(c.fromB64(given.locked), given.passphrase, {kind: given.kind});
        const {signer, box} = await m.keys.keysFrom(secrets);
        const again = await m.age.lock(c.canonicalBytes(secrets), given.passphrase, {work: 2});
        return {vkey: signer.vkey, pk: box ? c.toB64u(box.pk) : null, again: c.toB64(again)};""",
        {
            "locked": base64.b64encode(keys.lock(made, passphrase=PASSPHRASE, work_factor=2)).decode(),
            "passphrase": PASSPHRASE,
            "kind": kind,
        },
    )
    assert (found["vkey"], found["pk"]) == (made.vkey, made.public)
    assert keys.unlock(base64.b64decode(found["again"]), passphrase=PASSPHRASE) == made
