"""Passkeys and recovery codes are kept by their owner; nobody removes the last way in, and what is lost is replaced."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import make_password

from accounts import enrolling, passkeys, recovering
from accounts.models import InboxMessage, LockedPassphrase, Passkey, RecoveryCode, User
from accounts.names import KeyKind
from core import clock
from core.canonical import b64u_encode
from core.errors import Refused
from core.notes import SigningKey
from tests.accounts.authenticator import ORIGIN, Authenticator
from tests.accounts.conftest import AT
from tests.accounts.passkeys import NEW, add_passkey, asked, post, prove_with, reasons, sign_in_with
from tests.accounts.people import entries, events, signed_in, speaking
from tests.accounts.test_recovering import NEW as NEW_PASSWORD
from tests.accounts.test_recovering import ask, confirm
from tests.accounts.test_sessions import minutes

FILE = "f" * 64
SEALED = b64u_encode(bytes(60))


@pytest.fixture(autouse=True)
def _here(settings):
    settings.PASSKEY_ORIGIN = ORIGIN


@pytest.fixture
def client(cast):
    return signed_in(cast.signer)


@pytest.fixture
def device(client):
    device = add_passkey(client)
    prove_with(device, client)
    return device


def second(client):
    return add_passkey(client, Authenticator(credential=b"the second"), name="telephone")


def own(number_of="blue key"):
    return f"/account/passkeys/own/{Passkey.objects.get(name=number_of, removed_at=None).number}"


def codes_of(client):
    page = client.post("/account/passkeys/codes")
    assert page.status_code == 200
    return page.context["codes"]


def sign_in_with_code(code, username="signer", client=None):
    client = client or speaking()
    return client, client.post("/account/sign-in/code", {"username": username, "code": code})


def enrol(cast):
    key = str(SigningKey("yangguang.example/bidder/ACME", bytes(32)).verify_key)
    return enrolling.enrol_key(kind=KeyKind.BIDDER, vkey=key, wrapped="", actor=cast.signer.actor(), at=AT)


def test_a_passkey_is_named_and_removed_and_then_opens_nothing(client, device):
    assert client.post(own(), {"name": "  red   key "}).status_code == 302
    assert Passkey.objects.get().name == "red key"
    assert client.post(own("red key"), {"remove": "yes"}).status_code == 302
    assert reasons(sign_in_with(device)[1])[0].startswith("This passkey is not (or no longer) known here.")
    assert [name for name in events() if name.startswith("auth.passkey")] == [
        "auth.passkey.registered", "auth.passkey.renamed", "auth.passkey.removed",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_passkey_has_a_name(client, name):
    options = asked(client, NEW)
    answer = post(client, "/account/passkeys/register", {"name": name, "answer": Authenticator().make(options)})
    assert reasons(answer) == ["Name the passkey, in at most 60 characters."]


def test_a_person_has_at_most_ten(client, device):
    for n in range(9):
        add_passkey(client, Authenticator(credential=bytes([n])), name=f"key {n}")
    answer = post(client, NEW)
    assert reasons(answer) == ["A person has at most 10 passkeys: remove one that you do not use."]


def test_the_last_way_in_stays(client, device, cast):
    User.objects.filter(pk=cast.signer.user_id).update(password=make_password(None))
    client, _ = sign_in_with(device)
    page = client.post(own(), {"remove": "yes"})
    assert page.status_code == 422
    assert "This is your last way in" in page.content.decode()
    second(client)
    assert client.post(own(), {"remove": "yes"}).status_code == 302


def test_somebody_elses_passkey_is_not_there(client, device, cast):
    other = signed_in(cast.approver)
    assert (other.get(own()).status_code, other.post(own(), {"remove": "yes"}).status_code) == (404, 404)


def test_whoever_signs_with_a_key_needs_a_second_way_in(client, device, cast):
    with pytest.raises(Refused) as refusal:
        enrol(cast)
    assert refusal.value.reasons == (passkeys.SECOND_FIRST,)
    assert "You have one passkey and no recovery code." in client.get("/account/keys/bidder").content.decode()
    second(client)
    enrol(cast)
    assert "keep two passkeys" in client.post(own(), {"remove": "yes"}).content.decode()
    codes_of(client)
    assert client.post(own(), {"remove": "yes"}).status_code == 302


def test_a_code_opens_a_session_once_and_everybody_is_told(client, device):
    codes = codes_of(client)
    assert (len(codes), len({len(code) for code in codes})) == (10, 1)
    browser, answer = sign_in_with_code(codes[3].lower().replace("-", " "))
    assert (answer.status_code, answer["Location"]) == (302, "/account/passkeys/")
    assert browser.get("/test/anybody").status_code == 200
    assert InboxMessage.objects.filter(kind="auth.code.used").count() == 2
    assert entries("auth.session.opened")[-1][1]["by"] == "code"
    _, again = sign_in_with_code(codes[3])
    assert again.status_code == 403
    assert "The user name or the recovery code is wrong" in again.content.decode()


def test_a_code_replaces_what_is_lost_and_proves_nothing_else(client, device, cast):
    browser, _ = sign_in_with_code(codes_of(client)[0])
    assert browser.get("/account/keys/bidder").status_code == 302  # asks for a proof
    assert browser.post(own(), {"remove": "yes"}).status_code == 302
    assert not Passkey.objects.filter(removed_at=None).exists()
    assert browser.get("/account/keys/bidder")["Location"].startswith("/account/step-up")
    new = second(browser)
    prove_with(new, browser)
    assert browser.get("/account/keys/bidder").status_code == 200


def test_a_code_is_good_for_five_minutes_of_replacing(client, device):
    browser, _ = sign_in_with_code(codes_of(client)[0])
    with clock.stands_at(AT + minutes(6)):
        assert browser.get(own())["Location"].startswith("/account/step-up")


@pytest.mark.parametrize("who", ["drafter", "nobody"])
def test_a_code_is_its_owners_alone(client, device, who):
    _, answer = sign_in_with_code(codes_of(client)[0], username=who)
    assert answer.status_code == 403


def test_new_codes_make_the_old_ones_void_and_only_digests_are_kept(client, device):
    old, new = codes_of(client)[0], codes_of(client)[0]
    assert sign_in_with_code(old)[1].status_code == 403
    assert sign_in_with_code(new)[1].status_code == 302
    kept = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert not {old, new, old.replace("-", "")} & kept


def test_codes_are_guessed_five_times(client, device):
    code = codes_of(client)[0]
    browser = speaking()
    for _ in range(5):
        sign_in_with_code("AAAA-AAAA-AAAA-AAAA", client=browser)
    assert sign_in_with_code(code, client=browser)[1].status_code == 429


def test_a_locked_passphrase_is_handed_back_to_its_owner_alone(client, device, cast):
    address = f"/account/passkeys/passphrases/{FILE}"
    passkey = Passkey.objects.get()
    given = {"credential": passkey.credential, "sealed": SEALED}
    assert post(client, address, given).status_code == 201
    assert post(client, address, given | {"sealed": b64u_encode(bytes(61))}).status_code == 201  # the first one stays
    assert client.get(address).json() == [given]
    other = signed_in(cast.approver)
    assert (other.get(address).json(), post(other, address, given).status_code) == ([], 404)
    for wrong in ({"sealed": "AAAA"}, {"sealed": "=="}):
        assert reasons(post(client, address, given | wrong)) == ["What arrived is no locked passphrase of a key file."]
    client.post(own(), {"remove": "yes"})
    assert not LockedPassphrase.objects.exists()


def test_a_recovery_with_a_second_person_takes_passkeys_and_codes_out_of_use(client, device, cast, rf):
    code = codes_of(client)[0]
    ticket = ask(rf)
    confirm(ticket, cast.colleague)
    recovering.choose_password(ticket.token, password=NEW_PASSWORD, at=AT)
    assert reasons(sign_in_with(device)[1])[0].startswith("This passkey is not (or no longer) known here.")
    assert sign_in_with_code(code)[1].status_code == 403
    assert entries("auth.recovery.used")[-1][1]["passkeys"] == 1
    browser = speaking()
    assert browser.post("/account/sign-in", {"username": "signer", "password": NEW_PASSWORD}).status_code == 302
    assert browser.get("/account/passkeys/new").status_code == 200
