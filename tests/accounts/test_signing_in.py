from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth import hashers

from accounts import signing_in, throttling
from accounts.models import SignInFailure, User
from core import audit, clock
from core.errors import Refused
from core.models import OutboxEntry
from tests.accounts.conftest import AT
from tests.accounts.people import PASSWORD, entries, events, person, signed_in, speaking

SIGN_IN = "/account/sign-in"
HOME = "/desk"


def post_sign_in(client, username="drafter", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"username": username, "password": password, **more})


def minutes(n):
    return timedelta(minutes=n)


# -- the door -----------------------------------------------------------------------------------------------------


def test_the_right_password_leads_to_the_desk_and_into_the_log(cast):
    client = speaking()
    answer = post_sign_in(client)
    assert (answer.status_code, answer["Location"]) == (302, HOME)
    assert client.get("/test/open").content.decode().startswith("Actor(person='PE-DRAFTER'")
    assert events()[-1] == "auth.session.opened"


def test_a_user_name_is_found_in_whatever_width_and_case_it_is_typed(cast):
    assert post_sign_in(speaking(), username=" Ｄrafter ").status_code == 302


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(cast):
    client = speaking()
    wrong = post_sign_in(client, password="not the password")
    unknown = post_sign_in(client, username="nobodyx", password="not the password")
    assert (wrong.status_code, unknown.status_code) == (403, 403)
    assert masked(wrong).replace("drafter", "nobodyx") == masked(unknown)
    assert "The user name or the password is wrong." in unknown.content.decode()


def masked(answer):
    return re.sub(r'(csrfmiddlewaretoken" value=|data-server-now=|"csrf": )"[^"]*"', r"\1", answer.content.decode())


@pytest.mark.parametrize("username", ["drafter", "nobody", "barred", "invited"])
def test_every_failure_costs_one_hash(cast, username, monkeypatch):
    person("barred").__class__.objects.filter(username="barred").update(is_active=False)
    person("invited", password=None)
    hashed = []
    hasher = hashers.get_hasher()
    for name in ("encode", "verify"):
        method = getattr(type(hasher), name)

        def counted(self, *args, _method=method, **kwargs):
            hashed.append(_method.__name__)
            return _method(self, *args, **kwargs)

        monkeypatch.setattr(type(hasher), name, counted)
    assert post_sign_in(speaking(), username=username, password="not the password").status_code == 403
    assert len(hashed) == 1


def test_a_barred_person_with_the_right_password_gets_the_same_answer(cast):
    User.objects.filter(username="drafter").update(is_active=False)
    answer = post_sign_in(speaking())
    assert answer.status_code == 403
    assert "The user name or the password is wrong." in answer.content.decode()


def test_a_failure_is_in_the_log_without_any_name(cast):
    post_sign_in(speaking(), password="wrong wrong wrong")
    post_sign_in(speaking(), username="no such person", password="wrong wrong wrong")
    known, unknown = entries("auth.session.refused")
    assert known[1]["failures"] == unknown[1]["failures"] == 1
    everything = b"".join(bytes(row.entry) for row in OutboxEntry.objects.all())
    assert b"drafter" not in everything.lower()
    assert b"no such person" not in everything


def test_when_the_entry_cannot_be_written_nobody_comes_in(cast, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("the log cannot be written")

    monkeypatch.setattr(audit, "append", broken)
    client = speaking()
    client.raise_request_exception = False
    assert post_sign_in(client).status_code == 500
    assert client.get("/test/open").content == b"None"


def test_the_page_after_signing_in_is_one_of_ours(cast):
    assert post_sign_in(speaking(), next="/inbox?page=2")["Location"] == "/inbox?page=2"
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert post_sign_in(speaking(), next=elsewhere)["Location"] == HOME


def test_who_is_signed_in_is_not_asked_again(cast):
    assert signed_in(cast.drafter).get(SIGN_IN, {"next": "/inbox"})["Location"] == "/inbox"


# -- throttling ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["drafter", "nobody"])
def test_after_five_failures_the_sixth_attempt_is_not_tried_whoever_it_is(cast, username):
    client = speaking()
    for _ in range(5):
        assert post_sign_in(client, username=username, password="wrong wrong wrong").status_code == 403
    answer = post_sign_in(client, username=username, password=PASSWORD)
    assert answer.status_code == 429
    assert "Too many attempts. Wait 15 minutes and try again." in answer.content.decode()
    assert [data["is_locked"] for _, data in entries("auth.session.refused")] == [False] * 4 + [True]


def test_the_gate_opens_fifteen_minutes_after_the_first_failure(cast):
    client = speaking()
    for _ in range(5):
        post_sign_in(client, password="wrong wrong wrong")
    with clock.stands_at(AT + minutes(15) - timedelta(seconds=1)):
        assert post_sign_in(client).status_code == 429
    with clock.stands_at(AT + minutes(15)):
        assert post_sign_in(client).status_code == 302


def test_an_attempt_that_was_not_let_through_does_not_prolong_the_wait(cast):
    client = speaking()
    for _ in range(9):
        post_sign_in(client, password="wrong wrong wrong")
    assert SignInFailure.objects.count() == 5


def test_another_address_is_another_gate(cast):
    for _ in range(5):
        post_sign_in(speaking(), password="wrong wrong wrong")
    elsewhere = speaking()
    elsewhere.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert post_sign_in(elsewhere).status_code == 302


def test_success_forgets_the_failures(cast):
    for _ in range(4):
        post_sign_in(speaking(), password="wrong wrong wrong")
    assert post_sign_in(speaking()).status_code == 302
    assert SignInFailure.objects.count() == 0


def test_neither_name_nor_address_is_kept_in_the_clear(cast):
    post_sign_in(speaking(), username="my password by mistake", password="wrong wrong wrong")
    kept = str(list(SignInFailure.objects.values()))
    assert "mistake" not in kept
    assert "127.0.0.1" not in kept


def test_of_many_attempts_at_once_none_is_let_through_beyond_the_fifth(cast, monkeypatch):
    """Whoever commits last sees every row: counting happens after the own row is there."""
    gate = throttling.Gate("a", "b")
    for _ in range(4):
        throttling.take_attempt(gate, at=AT)
    original = throttling._note

    def two_at_once(gate, *, at):
        original(gate, at=at)
        return original(gate, at=at)

    monkeypatch.setattr(throttling, "_note", two_at_once)
    with pytest.raises(throttling.TooManyAttempts):
        throttling.take_attempt(gate, at=AT)


# -- the password -------------------------------------------------------------------------------------------------


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(cast):
    here, elsewhere = signed_in(cast.drafter), signed_in(cast.drafter)
    before = here.session.session_key
    new = "seven brown bridges"
    answer = here.post("/account/password", {"old": PASSWORD, "new": new, "again": new})
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert here.get("/test/anybody").content.decode() == "OWNER:OR-OWNER-1:PE-DRAFTER"
    assert here.session.session_key != before
    assert elsewhere.get("/test/open").content == b"None"
    assert post_sign_in(speaking(), password=new).status_code == 302
    assert "auth.password.changed" in events()


def test_the_present_password_must_be_right(cast):
    new = "seven brown bridges"
    answer = signed_in(cast.drafter).post("/account/password", {"old": "wrong", "new": new, "again": new})
    assert answer.status_code == 422
    assert "The password is wrong." in answer.content.decode()
    assert post_sign_in(speaking()).status_code == 302


@pytest.mark.parametrize(
    ("new", "reasons"),
    [
        ("short", ("A password needs at least 12 characters; a short sentence is easy to remember.",)),
        ("x" * 201, ("A password has at most 200 characters.",)),
        (
            "password",
            (
                "A password needs at least 12 characters; a short sentence is easy to remember.",
                "The password is on the list of common passwords.",
            ),
        ),
        ("international", ("The password is on the list of common passwords.",)),
        ("drafter@drafter", ("The password is too similar to the user name or the name.",)),
        ("aaaaaaaaaaaa1", ()),
        ("只有汉字也可以作为密码使用", ()),
    ],
)
def test_a_password_is_long_not_common_and_not_the_name_and_that_is_all(cast, new, reasons):
    from accounts import passwords

    user = cast.drafter.user
    user.email = "drafter@drafter.example"
    assert tuple(passwords.objections(new, user)) == reasons


def test_the_platforms_own_hash_is_argon2id_with_enough_memory_and_two_passes():
    from django.contrib.auth.hashers import Argon2PasswordHasher

    from config import settings as served

    assert served.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert Argon2PasswordHasher().params().type.name == "ID"
    assert Argon2PasswordHasher.memory_cost >= 19 * 1024
    assert Argon2PasswordHasher.time_cost >= 2


def test_the_verb_refuses_a_wrong_password_without_a_page(cast, rf):
    request = rf.post(SIGN_IN)
    with pytest.raises(Refused) as refusal:
        signing_in.sign_in(request, username="drafter", password="wrong", at=AT)
    assert refusal.value.reasons == ("The user name or the password is wrong.",)


# -- the demonstration --------------------------------------------------------------------------------------------


@pytest.fixture
def demo_accounts(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    row = {"username": "drafter", "password": PASSWORD, "name": "张三", "role": "OWNER", "organisation": "滨江建投"}
    (tmp_path / "demo-accounts.json").write_text(json.dumps([row]), encoding="utf-8")


def test_a_demonstration_lists_its_accounts_on_the_sign_in_page(cast, settings, demo_accounts):
    settings.YANGGUANG_DEMO = True
    page = speaking().get(SIGN_IN).content.decode()
    assert PASSWORD in page
    assert "张三" in page


def test_nothing_else_lists_them(cast, settings, demo_accounts, tmp_path):
    assert PASSWORD not in speaking().get(SIGN_IN).content.decode()
    settings.YANGGUANG_DEMO = True
    (tmp_path / "demo-accounts.json").unlink()
    assert "demo-accounts" not in speaking().get(SIGN_IN).content.decode()
