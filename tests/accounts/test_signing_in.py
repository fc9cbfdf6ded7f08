from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth import hashers
from django.contrib.sessions.models import Session

from accounts import signing_in, throttling
from accounts.models import SignInFailure, User
from core import audit, clock
from core.errors import Refused
from core.models import OutboxEntry
from tests.accounts.conftest import AT
from tests.accounts.people import PASSWORD, entries, events, person, seat, signed_in, speaking

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
    return re.sub(r'(csrfmiddlewaretoken" value=|data-server-now=)"[^"]*"', r"\1", answer.content.decode())


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


# -- sessions -----------------------------------------------------------------------------------------------------


def is_dead(key):
    return not Session.objects.filter(session_key=key).exists()


def test_signing_in_gives_a_new_session_id_and_the_old_one_is_dead(cast):
    client = speaking()
    session = client.session
    session["registered"] = "something from before"
    session.save()
    client.cookies["sessionid"] = session.session_key
    post_sign_in(client)
    assert client.session.session_key != session.session_key
    assert is_dead(session.session_key)


def test_changing_seats_gives_a_new_session_id_and_asks_for_the_password_again(cast):
    holder = seat(cast.owner, "approver", "KEY_HOLDER")
    client = signed_in(cast.approver)
    before = client.session.session_key
    assert client.get("/test/grave").status_code == 200
    answer = client.post("/account/role", {"seat": holder.pk, "next": "/inbox"})
    assert (answer.status_code, answer["Location"]) == (302, "/inbox")
    assert client.session.session_key != before
    assert is_dead(before)
    assert client.get("/test/anybody").content.decode() == "KEY_HOLDER:OR-OWNER-1:PE-APPROVER"
    client.post("/account/role", {"seat": cast.approver.pk})
    assert client.get("/test/grave").status_code == 302
    assert events()[-2:] == ["auth.role.switched"] * 2


@pytest.mark.parametrize("wanted", ["other", "text", "nothing"])
def test_nobody_takes_a_seat_that_is_not_his(cast, wanted):
    value = {"other": cast.approver.pk, "text": "x", "nothing": ""}[wanted]
    client = signed_in(cast.drafter)
    assert client.post("/account/role", {"seat": value}).status_code == 404
    assert client.get("/test/anybody").content.decode() == "OWNER:OR-OWNER-1:PE-DRAFTER"


def test_the_password_again_gives_a_new_session_id_and_holds_for_five_minutes(cast):
    client = signed_in(cast.approver, proven=False)
    before = client.session.session_key
    asked = client.get("/test/grave")
    assert (asked.status_code, asked["Location"]) == (302, "/account/step-up?next=%2Ftest%2Fgrave")
    answer = client.post("/account/step-up", {"password": PASSWORD, "next": "/test/grave"})
    assert (answer.status_code, answer["Location"]) == (302, "/test/grave")
    assert client.session.session_key != before
    assert is_dead(before)
    assert events()[-1] == "auth.session.proven"
    with clock.stands_at(AT + minutes(5)):
        assert client.get("/test/grave").content == b"done"
    with clock.stands_at(AT + minutes(5) + timedelta(seconds=1)):
        assert client.get("/test/grave").status_code == 302


def test_a_wrong_password_again_proves_nothing_and_counts(cast):
    client = signed_in(cast.approver, proven=False)
    for _ in range(5):
        assert client.post("/account/step-up", {"password": "wrong wrong wrong"}).status_code == 403
    assert client.post("/account/step-up", {"password": PASSWORD}).status_code == 429
    assert client.get("/test/grave").status_code == 302
    assert events()[-1] == "auth.session.refused"


def test_a_post_without_proof_leads_back_to_the_page_of_its_button(cast):
    client = signed_in(cast.approver, proven=False)
    answer = client.post("/test/grave", headers={"referer": "http://testserver/projects/7?tab=2"})
    assert answer["Location"] == "/account/step-up?next=%2Fprojects%2F7%3Ftab%3D2"
    answer = client.post("/test/grave", headers={"referer": "https://evil.example/"})
    assert answer["Location"] == "/account/step-up?next=%2Ftest%2Fgrave"


def test_a_script_without_proof_is_told_so_in_its_own_form(cast):
    answer = signed_in(cast.approver, proven=False).post("/test/grave", headers={"accept": "application/json"})
    assert answer.status_code == 403
    assert answer.json() == {
        "reasons": [
            "Your password is needed again: open /account/step-up?next=%2Ftest%2Fgrave, then try again.",
        ],
        "step_up": "/account/step-up?next=%2Ftest%2Fgrave",
    }


def test_thirty_minutes_alone_end_a_session(cast):
    client = signed_in(cast.drafter)
    with clock.stands_at(AT + minutes(30) - timedelta(seconds=1)):
        assert client.get("/test/anybody").status_code == 200
    with clock.stands_at(AT + minutes(60)):
        answer = client.get("/test/anybody")
        assert (answer.status_code, answer["Location"]) == (302, "/account/sign-in?next=%2Ftest%2Fanybody")
    assert Session.objects.count() == 0


def test_a_key_holder_is_signed_out_after_fifteen_minutes(cast):
    client = signed_in(seat(cast.owner, "holder", "KEY_HOLDER"))
    with clock.stands_at(AT + minutes(15) - timedelta(seconds=1)):
        assert client.get("/test/anybody").status_code == 200
    with clock.stands_at(AT + minutes(30) - timedelta(seconds=1)):
        assert client.get("/test/anybody").status_code == 302


def test_twelve_hours_end_a_session_however_busy(cast):
    client = signed_in(cast.drafter)
    for tick in range(1, 36):
        with clock.stands_at(AT + minutes(20 * tick)):
            assert client.get("/test/anybody").status_code == 200
    with clock.stands_at(AT + timedelta(hours=12)):
        assert client.get("/test/anybody").status_code == 302


def test_the_sign_in_page_says_that_the_session_has_ended(cast):
    client = signed_in(cast.drafter)
    with clock.stands_at(AT + minutes(30)):
        assert "Your session has ended." in client.get(SIGN_IN).content.decode()


def test_signing_out_ends_every_session_of_the_person_at_once(cast):
    here, elsewhere, other = signed_in(cast.drafter), signed_in(cast.drafter), signed_in(cast.approver)
    assert here.post("/account/sign-out").status_code == 302
    assert here.get("/test/open").content == b"None"
    assert elsewhere.get("/test/open").content == b"None"
    assert other.get("/test/open").content != b"None"
    assert events()[-1] == "auth.session.ended"


def test_signing_out_needs_a_post_with_its_token(cast):
    client = signed_in(cast.drafter)
    assert client.get("/account/sign-out").status_code == 405
    client.handler.enforce_csrf_checks = True
    assert client.post("/account/sign-out").status_code == 403
    assert client.get("/test/open").content != b"None"


def test_a_session_of_another_epoch_is_worth_nothing(cast):
    client = signed_in(cast.drafter)
    User.objects.filter(username="drafter").update(session_epoch=1)
    assert client.get("/test/open").content == b"None"


def test_a_session_without_its_marks_is_worth_nothing(cast):
    client = signed_in(cast.drafter)
    session = client.session
    session.pop("began_at")
    session.save()
    assert client.get("/test/open").content == b"None"


def test_the_session_is_written_at_most_once_a_minute(cast, django_assert_num_queries):
    client = signed_in(cast.drafter)
    with django_assert_num_queries(3):  # session, person, seats
        client.get("/test/open")


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
