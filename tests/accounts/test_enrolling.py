from __future__ import annotations

import json

import pytest

from accounts import enrolling, queries
from accounts.models import Membership, SigningKey
from accounts.names import KeyKind
from core.canonical import b64_encode, digest_of
from core.errors import NotYours, Refused
from core.notes import SigningKey as Secret
from tests.accounts.conftest import AT
from tests.accounts.people import entries, seat, signed_in

WRAPPED = b64_encode(b"age-encryption.org/v1 what only the owner can open")


def vkey(n=1, name="yangguang.example/bidder/ACME"):
    return str(Secret(name, bytes([n]) * 32).verify_key)


def enrol(membership, *, n=1, kind=KeyKind.BIDDER, **more):
    fields = {"vkey": vkey(n), "wrapped": WRAPPED} | more
    return enrolling.enrol_key(kind=kind, actor=membership.actor(), at=AT, **fields)


def test_a_key_enters_the_log_as_the_protocol_says_and_nothing_else(cast):
    key = enrol(cast.signer)
    evidence = digest_of({"organisation": "OR-ACME-1", "scheme": "TEST", "code": "ACME-1", "name": "Acme"})
    assert entries()[-1] == (
        "key.enrolled",
        {"subject": "OR-ACME-1", "kind": "bidder", "vkey": vkey(), "evidence": evidence},
    )
    assert queries.key_in_force(cast.acme, KeyKind.BIDDER) == key
    assert queries.key_in_force(cast.acme, KeyKind.HOLDER) is None


def test_a_new_key_retires_the_old_one(cast):
    old, new = enrol(cast.signer), enrol(cast.colleague, n=2)
    assert SigningKey.objects.get(pk=old.pk).retired_at == AT
    assert list(queries.keys_of(cast.acme)) == [new, old]
    assert queries.key_in_force(cast.acme, KeyKind.BIDDER) == new


def test_a_key_is_enrolled_once(cast):
    enrol(cast.signer)
    with pytest.raises(Refused) as refused:
        enrol(cast.signer)
    assert refused.value.reasons == ("This key is enrolled already; a key is enrolled once, for one signer.",)


@pytest.mark.parametrize(
    ("fields", "reasons"),
    [
        ({"vkey": "nonsense"}, ("The verification key is not of the form name+keyid+key.",)),
        ({"wrapped": "%%%"}, ("The value is not standard base64 with padding.",)),
        ({"wrapped": "A" * 65_540}, ("The wrapped key is too long: at most 65536 characters.",)),
        ({"subject": "a b"}, ("The value is not an id (letters, digits and . _ : / -, at most 128).",)),
    ],
)
def test_what_is_no_key_is_refused(cast, fields, reasons):
    with pytest.raises(Refused) as refused:
        enrol(cast.signer, **fields)
    assert refused.value.reasons == reasons


def test_a_weak_key_is_refused(cast):
    from core.canonical import b64_encode as b64

    public = (1).to_bytes(32, "little")  # of order 1
    import hashlib

    keyid = hashlib.sha256(b"x\n\x01" + public).digest()[:4].hex()
    with pytest.raises(Refused) as refused:
        enrol(cast.signer, vkey=f"x+{keyid}+{b64(bytes([1]) + public)}")
    assert refused.value.reasons == ("The public key is of small order: anything would verify under it.",)


def test_a_bidders_key_is_made_by_who_may_approve_a_holders_by_the_holder(cast):
    Membership.objects.filter(pk=cast.colleague.pk).update(may_approve=False)
    with pytest.raises(Refused):
        enrol(cast.colleague)
    with pytest.raises(NotYours):
        enrol(cast.approver)
    with pytest.raises(NotYours):
        enrol(cast.signer, kind=KeyKind.HOLDER)
    holder = seat(cast.owner, "holder", "KEY_HOLDER", may_approve=False)
    key = enrol(holder, kind=KeyKind.HOLDER, subject="owner", wrapped="")
    assert (key.subject, key.kind, key.organisation) == ("owner", "holder", cast.owner)


# -- pages --------------------------------------------------------------------------------------------------------


def post(client, value, **more):
    return client.post("/account/keys/bidder/enrol", value, content_type="application/json", **more)


def test_the_page_gives_its_script_what_it_needs_and_a_strict_policy(cast):
    page = signed_in(cast.signer).get("/account/keys/bidder")
    config = page.context["config"]
    assert config["name"] == "yangguang.example/bidder/OR-ACME-1"
    assert config["urls"] == {"key": "/account/keys/bidder/enrol"}
    policy = page["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "trusted-types tsb" in policy
    assert "worker-src 'self'" in policy
    assert "sealing/page_bidder_key.js" in page.content.decode()


def test_the_script_enrols_a_key_and_gets_it_back_locked(cast):
    client = signed_in(cast.signer)
    answer = post(client, json.dumps({"vkey": vkey(), "wrapped": WRAPPED}))
    assert (answer.status_code, answer.json()) == (201, {"vkey": vkey(), "next": "/account/organisation"})
    back = signed_in(cast.colleague).get("/account/keys/wrapped")
    assert back.content == b"age-encryption.org/v1 what only the owner can open"
    assert back["Content-Disposition"] == 'attachment; filename="OR-ACME-1-key.age"'
    assert vkey() in client.get("/account/organisation").content.decode()
    assert "There is a key already" in client.get("/account/keys/bidder").content.decode()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"vkey": "x"}',
        '{"vkey": "x", "wrapped": "QQ==", "more": 1}',
        '{"vkey": 1',
        '"' + "x" * 70_001 + '"',
    ],
)
def test_the_script_is_told_what_is_wrong(cast, body):
    answer = post(signed_in(cast.signer), body)
    assert answer.status_code == 422
    assert answer.json() == {"reasons": ["What arrived is not a key: expected are vkey and wrapped, as JSON."]}
    assert SigningKey.objects.count() == 0


def test_a_form_is_not_json(cast):
    answer = signed_in(cast.signer).post("/account/keys/bidder/enrol", {"vkey": vkey(), "wrapped": WRAPPED})
    assert answer.status_code == 422


def test_making_a_key_asks_for_the_password_again(cast):
    client = signed_in(cast.signer, proven=False)
    assert client.get("/account/keys/bidder").status_code == 302
    answer = post(client, json.dumps({"vkey": vkey(), "wrapped": WRAPPED}), headers={"accept": "application/json"})
    assert (answer.status_code, SigningKey.objects.count()) == (403, 0)


def test_who_may_not_sign_is_told_so(cast):
    Membership.objects.filter(pk=cast.colleague.pk).update(may_approve=False)
    page = signed_in(cast.colleague).get("/account/keys/bidder").content.decode()
    assert "Only somebody who may approve for the bidder makes its key." in page
    assert "page-config" not in page


def test_others_get_no_key(cast):
    enrol(cast.signer)
    assert signed_in(cast.approver).get("/account/keys/wrapped").status_code == 404
    assert signed_in(cast.approver).get("/account/keys/bidder").status_code == 404
    holder = seat(cast.owner, "holder", "KEY_HOLDER")
    assert signed_in(holder).get("/account/keys/wrapped").status_code == 404
