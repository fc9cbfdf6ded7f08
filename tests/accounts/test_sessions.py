from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from accounts.models import User
from core import clock
from tests.accounts.conftest import AT
from tests.accounts.people import PASSWORD, events, seat, signed_in, speaking

SIGN_IN = "/account/sign-in"


def post_sign_in(client):
    return client.post(SIGN_IN, {"username": "drafter", "password": PASSWORD})


def minutes(n):
    return timedelta(minutes=n)


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
            "Prove again that it is you: open /account/step-up?next=%2Ftest%2Fgrave, then try again.",
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
