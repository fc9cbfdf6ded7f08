from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from accounts.models import Challenge, InboxMessage, Passkey, User
from core import clock
from tests.accounts.authenticator import BE, BS, ORIGIN, UP, UV, Authenticator
from tests.accounts.conftest import AT
from tests.accounts.passkeys import (
    ASK_AGAIN,
    ASK_WHO,
    NEW,
    PROVE,
    REGISTER,
    SIGN_IN,
    add_passkey,
    asked,
    post,
    prove_with,
    reasons,
    sign_in_with,
)
from tests.accounts.people import PASSWORD, entries, events, person, signed_in, speaking
from tests.accounts.test_sessions import minutes

OVER = "This question to your passkey is answered already, or older than 5 minutes. Ask for a new one."  # one for all


@pytest.fixture(autouse=True)
def _here(settings):
    settings.PASSKEY_ORIGIN = ORIGIN


@pytest.fixture
def client(cast):
    return signed_in(cast.drafter)


def wrong(why):
    return [f"The answer of the passkey does not count: {why} Try again from the start."]


def test_a_passkey_is_added_and_opens_a_session_of_its_own(client):
    device = add_passkey(client)
    browser, answer = sign_in_with(device)
    assert (answer.status_code, answer.json()) == (200, {"next": "/inbox"})
    assert browser.get("/test/anybody").content.decode() == "OWNER:OR-OWNER-1:PE-DRAFTER"
    passkey = Passkey.objects.get()
    assert (passkey.name, passkey.count, passkey.used_at, passkey.has_prf) == ("blue key", 1, AT, True)
    (registered, named), (opened, data) = entries()[-2:]
    assert (registered, opened) == ("auth.passkey.registered", "auth.session.opened")
    assert (data["by"], data["key"]) == ("passkey", named["key"])
    assert InboxMessage.objects.filter(kind="auth.passkey.registered").count() == 2  # the person, the organisation


def test_an_ed25519_passkey_that_does_not_count_and_lives_on_several_devices_is_as_good(client):
    device = Authenticator(key=ed25519.Ed25519PrivateKey.generate(), flags=UP | UV | BE | BS, counts=False)
    add_passkey(client, device)
    assert [sign_in_with(device)[1].status_code for _ in range(2)] == [200, 200]
    assert (Passkey.objects.get().is_synced, Passkey.objects.get().count) == (True, 0)


@pytest.mark.parametrize(
    ("lies", "why"),
    [
        ({"flags": UP}, "The authenticator did not check who used it (PIN, fingerprint or face)."),
        ({"flags": UV}, "Nobody touched the authenticator."),
        (
            {"origin": "https://trade.example.org"},
            "It was made on a page of another address; open the platform at the address that you know.",
        ),
        (
            {"origin": "http://trade.example"},
            "It was made on a page of another address; open the platform at the address that you know.",
        ),
        ({"host": "example"}, "The passkey belongs to another platform."),
        ({"kind": "webauthn.create"}, "It does not have the form of an answer."),
        ({"wrong_signature": True}, "The signature of the authenticator is wrong."),
    ],
)
def test_an_answer_that_lies_opens_nothing(client, lies, why):
    device = add_passkey(client)
    browser, answer = sign_in_with(device, **lies)
    assert (answer.status_code, reasons(answer)) == (422, wrong(why))
    assert browser.get("/test/anybody").status_code == 302
    assert events()[-1] == "auth.session.refused"


@pytest.mark.parametrize(
    ("lies", "why"),
    [
        ({"flags": UP}, "The authenticator did not check who used it (PIN, fingerprint or face)."),
        (
            {"origin": "https://other.example"},
            "It was made on a page of another address; open the platform at the address that you know.",
        ),
        ({"host": "other.example"}, "The passkey belongs to another platform."),
    ],
)
def test_a_passkey_that_lies_when_it_is_made_is_not_taken(client, lies, why):
    device = Authenticator()
    answer = post(client, REGISTER, {"name": "blue key", "answer": device.make(asked(client, NEW), **lies)})
    assert (answer.status_code, reasons(answer)) == (422, wrong(why))
    assert not Passkey.objects.exists()


def test_an_answer_counts_once_also_when_it_was_wrong(client):
    device = add_passkey(client)
    browser = speaking()
    answer = {"answer": device.use(asked(browser, ASK_WHO)), "next": ""}
    assert post(browser, SIGN_IN, answer).status_code == 200
    assert (post(browser, SIGN_IN, answer).status_code, reasons(post(browser, SIGN_IN, answer))) == (422, [OVER])
    question = asked(browser, ASK_WHO)
    assert reasons(post(browser, SIGN_IN, {"answer": device.use(question, wrong_signature=True), "next": ""})) != [OVER]
    assert reasons(post(browser, SIGN_IN, {"answer": device.use(question), "next": ""})) == [OVER]


def test_a_question_is_old_after_five_minutes(client):
    device = add_passkey(client)
    browser = speaking()
    question = asked(browser, ASK_WHO)
    with clock.stands_at(AT + minutes(5)):
        answer = post(browser, SIGN_IN, {"answer": device.use(question), "next": ""})
    assert reasons(answer) == [OVER]


def test_a_question_is_answered_by_the_browser_that_got_it_and_for_what_it_was_asked(client, cast):
    device = add_passkey(client)
    question = asked(client, ASK_AGAIN)
    assert reasons(post(speaking(), SIGN_IN, {"answer": device.use(question), "next": ""})) == [OVER]
    assert reasons(post(client, SIGN_IN, {"answer": device.use(question), "next": ""})) == [OVER]
    other = signed_in(cast.approver)
    assert reasons(post(other, PROVE, {"answer": device.use(question), "next": ""})) == [OVER]
    assert post(client, PROVE, {"answer": device.use(question), "next": ""}).status_code == 200


def test_a_question_that_nobody_asked_is_not_answered(client):
    device = add_passkey(client)
    question = asked(client, ASK_AGAIN) | {"challenge": "A" * 43}
    assert reasons(post(client, PROVE, {"answer": device.use(question), "next": ""})) == [OVER]


def test_a_counter_that_does_not_grow_sets_the_passkey_aside_and_everybody_is_told(client):
    device = add_passkey(client)
    device.count = 7
    assert sign_in_with(device)[1].status_code == 200
    copy = Authenticator(key=device.key, credential=device.credential, handle=device.handle, count=6)
    _, answer = sign_in_with(copy)
    assert reasons(answer)[0].startswith("This passkey was set aside: its counter went backwards")
    assert Passkey.objects.get().flagged_at == AT
    assert events()[-2:] == ["auth.passkey.flagged", "auth.session.refused"]
    assert InboxMessage.objects.filter(kind="auth.passkey.flagged").count() == 2
    device.count = 20
    assert reasons(sign_in_with(device)[1])[0].startswith("This passkey was set aside")


def test_whoever_has_no_key_cannot_set_a_passkey_aside(client):
    device = add_passkey(client)
    device.count = 7
    sign_in_with(device)
    thief = Authenticator(credential=device.credential, handle=device.handle, count=1)
    assert reasons(sign_in_with(thief)[1]) == wrong("The signature of the authenticator is wrong.")
    assert Passkey.objects.get().flagged_at is None


def test_a_passkey_of_a_barred_person_or_under_another_handle_opens_nothing(client, cast):
    device = add_passkey(client)
    assert reasons(sign_in_with(device, handle="AAAA")[1])[0].startswith("This passkey is not (or no longer) known")
    User.objects.filter(pk=cast.drafter.user_id).update(is_active=False)
    assert reasons(sign_in_with(device)[1])[0].startswith("This passkey is not (or no longer) known")


def test_five_wrong_answers_shut_the_gate_for_this_passkey(client):
    device = add_passkey(client)
    for _ in range(5):
        assert sign_in_with(device, wrong_signature=True)[1].status_code == 422
    _, answer = sign_in_with(device)
    assert (answer.status_code, reasons(answer)) == (429, ["Too many attempts. Wait 15 minutes and try again."])


def test_whoever_has_a_passkey_proves_with_it_and_the_password_is_not_enough(client):
    assert client.get("/test/grave").status_code == 200  # the password was just given, and there is no passkey
    device = add_passkey(client)
    assert client.get("/test/grave").headers["Location"] == "/account/step-up?next=%2Ftest%2Fgrave"
    answer = client.post("/account/step-up", {"password": PASSWORD})
    assert (answer.status_code, "The password is not enough here." in answer.content.decode()) == (403, True)
    before = client.session.session_key
    assert prove_with(device, client).json() == {"next": "/inbox"}
    assert client.session.session_key != before
    assert client.get("/test/grave").status_code == 200
    with clock.stands_at(AT + minutes(6)):
        assert client.get("/test/grave").status_code == 302
    assert entries("auth.session.proven")[-1][1]["by"] == "passkey"


def test_the_passkey_that_opened_the_session_proves_for_five_minutes(client):
    browser, _ = sign_in_with(add_passkey(client))
    assert browser.get("/test/grave").status_code == 200


def test_another_persons_passkey_proves_nothing(client, cast):
    device = add_passkey(client)
    add_passkey(other := signed_in(cast.approver), Authenticator(credential=b"another"), name="green key")
    question = asked(other, ASK_AGAIN)
    assert reasons(post(other, PROVE, {"answer": device.use(question), "next": ""}))[0].startswith(
        "This passkey is not"
    )


def test_whoever_has_no_passkey_is_asked_for_none(client):
    answer = post(client, ASK_AGAIN)
    assert reasons(answer) == ["You have no passkey yet: add one on the page of your account."]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"answer":1}', b'{"answer":{},"next":""}', b'{"answer":{"response":{}},"next":""}']
)
def test_what_is_no_answer_is_refused_in_words(cast, body):
    answer = speaking().post(SIGN_IN, body, content_type="application/json")
    assert (answer.status_code, len(reasons(answer))) == (422, 1)


def test_nobody_is_led_to_another_platform_after_signing_in(client):
    device = add_passkey(client)
    browser = speaking()
    answer = post(browser, SIGN_IN, {"answer": device.use(asked(browser, ASK_WHO)), "next": "https://evil.example/"})
    assert answer.json() == {"next": "/desk"}


def test_old_questions_are_swept_away_when_a_new_one_is_asked(client):
    asked(client, NEW)
    with clock.stands_at(AT + minutes(61)):
        asked(speaking(), ASK_WHO)
    assert Challenge.objects.count() == 1


def test_the_same_device_is_not_registered_twice(client, cast):
    device = add_passkey(client)
    assert [each["id"] for each in asked(client, ASK_AGAIN)["allowCredentials"]] == [Passkey.objects.get().credential]
    other = signed_in(cast.approver)
    answer = post(other, REGISTER, {"name": "mine", "answer": device.make(asked(other, NEW))})
    assert reasons(answer) == ["This passkey is registered already."]


def test_a_new_passkey_is_added_only_after_a_proof_with_the_old_one(client):
    add_passkey(client)
    answer = post(client, NEW)
    assert (answer.status_code, answer.json()["step_up"]) == (403, "/account/step-up?next=%2Faccount%2Fpasskeys%2Fnew")


def test_a_stranger_without_an_account_is_asked_like_everybody(db):
    assert person("somebody").passkeys.count() == 0
    assert asked(speaking(), ASK_WHO)["allowCredentials"] == []
