from __future__ import annotations

import re
from datetime import timedelta

import pytest

from accounts import recovering, tickets
from accounts.models import InboxMessage, Membership, Organisation, RecoveryRequest, User
from accounts.names import RecoveryKind
from core import clock
from core.errors import NotYours, Refused
from tests.accounts.conftest import AT
from tests.accounts.people import PASSWORD, entries, events, seat, signed_in, speaking

NEW = "seven brown bridges"
HOURS = timedelta(hours=1)
NO_CODE = ("No open request in your organisation has this check code.",)


def ask(rf, username="signer", at=AT):
    return recovering.ask(rf.post("/"), username=username, at=at)


def confirm(ticket, by, at=AT):
    return recovering.confirm(ticket.code, actor=by.actor(), at=at)


def path(ticket):
    return f"/account/recovery/{ticket.token}"


def refused(act):
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.reasons


def test_a_lost_password_is_recovered_with_a_second_person(cast, rf):
    open_session = signed_in(cast.signer)
    stranger = speaking()
    link = stranger.post("/account/recovery", {"username": " SIGNER "})["Location"]
    waiting = stranger.get(link)
    code = re.search(r">([2-9A-Z]{4}-[2-9A-Z]{4})<", waiting.content.decode())[1]  # the link's token may look alike
    assert stranger.post(link, {"new": NEW, "again": NEW}).context["is_over"] is False

    colleague = signed_in(cast.colleague)
    shown = colleague.post("/account/organisation/recovery", {"code": code.lower().replace("-", " ")})
    assert "PE-SIGNER" in shown.content.decode()
    assert stranger.post(link, {"new": NEW, "again": NEW}).status_code == 200
    done = colleague.post("/account/organisation/recovery", {"code": code, "confirmed": "yes"})
    assert done["Location"] == "/account/organisation"

    assert "Set the password" in stranger.get(link).content.decode()
    assert stranger.post(link, {"new": NEW, "again": NEW})["Location"] == "/account/sign-in"
    assert open_session.get("/test/open").content == b"None"
    door = "/account/sign-in"
    assert speaking().post(door, {"username": "signer", "password": PASSWORD}).status_code == 403
    assert speaking().post(door, {"username": "signer", "password": NEW}).status_code == 302
    recovery = [event for event in events() if event.startswith("auth.recovery")]
    assert recovery == ["auth.recovery.asked", "auth.recovery.confirmed", "auth.recovery.used"]
    assert "PE-SIGNER" not in str(entries())


def test_person_and_organisation_are_told_who_confirmed(cast, rf):
    ticket = ask(rf)
    confirm(ticket, cast.colleague)
    recovering.choose_password(ticket.token, password=NEW, at=AT)
    told = list(InboxMessage.objects.order_by("pk").values_list("user__username", "organisation__name"))
    assert told == [("signer", None), (None, "Acme")]
    assert InboxMessage.objects.first().body["params"]["by"] == "Colleague"


def test_nobody_can_tell_whether_a_name_exists(cast):
    client = speaking()
    pages = {}
    for username in ("signer", "nobodyx"):
        answer = client.post("/account/recovery", {"username": username})
        assert answer.status_code == 302
        page = client.get(answer["Location"])
        assert page.status_code == 200
        token = answer["Location"].removeprefix("/account/recovery/")
        code = tickets.read(token).code
        pages[username] = (
            page.content.decode().replace(token, "TOKEN").replace(code, "CODE"),
            client.post(answer["Location"], {"new": NEW, "again": NEW}).status_code,
        )
    masked = {name: (re.sub(r'data-server-now="[^"]*"', "", page), status) for name, (page, status) in pages.items()}
    assert masked["signer"] == masked["nobodyx"]
    assert RecoveryRequest.objects.count() == 1
    assert events()[-2:] == ["auth.recovery.asked"] * 2


def test_an_expired_link_looks_the_same_for_everybody(cast, rf):
    known, unknown = ask(rf), ask(rf, "nobody")
    with clock.stands_at(AT + 24 * HOURS):
        for ticket in (known, unknown):
            assert "This link is over" in speaking().get(path(ticket)).content.decode()


@pytest.mark.parametrize("token", ["x", "r1", "rffffffffffff-" + "A" * 32, "z1-" + "A" * 32, "r0-" + "A" * 31])
def test_what_is_no_link_is_not_found(cast, token):
    assert speaking().get(f"/account/recovery/{token}").status_code == 404


def test_nobody_confirms_his_own_request(cast, rf):
    ticket = ask(rf)
    reasons = refused(lambda: confirm(ticket, cast.signer))
    assert reasons == ("A second person confirms: nobody confirms his own request.",)
    with pytest.raises(NotYours):
        recovering.choose_password(ticket.token, password=NEW, at=AT)


def test_only_who_may_approve_in_the_same_organisation_confirms(cast, rf):
    ticket = ask(rf, "approver")
    assert refused(lambda: confirm(ticket, cast.drafter)) == (
        "Only somebody who may approve for the organisation may do this.",
    )
    assert refused(lambda: confirm(ticket, cast.signer)) == NO_CODE
    with pytest.raises(NotYours):
        recovering.choose_password(ticket.token, password=NEW, at=AT)


def test_the_code_of_one_request_confirms_no_other(cast, rf):
    """A colleague who was told the right code cannot be made to confirm the request of somebody who slipped in."""
    attacker, signer = ask(rf), ask(rf)
    confirm(signer, cast.colleague)
    with pytest.raises(NotYours):
        recovering.choose_password(attacker.token, password=NEW, at=AT)
    recovering.choose_password(signer.token, password=NEW, at=AT)
    assert refused(lambda: confirm(attacker, cast.colleague)) == NO_CODE


def test_every_organisation_of_the_person_must_confirm(cast, rf):
    """Otherwise one organisation could take the person's place in another."""
    seat(cast.owner, "signer", "OWNER", may_approve=False)
    ticket = ask(rf)
    confirm(ticket, cast.colleague)
    with pytest.raises(NotYours):
        recovering.choose_password(ticket.token, password=NEW, at=AT)
    confirm(ticket, cast.approver)
    assert recovering.choose_password(ticket.token, password=NEW, at=AT).username == "signer"


def test_an_organisation_whose_registration_was_refused_is_not_asked(cast, rf):
    refused_one = Organisation.objects.create(
        number="OR-R", scheme="TEST", code="R", name="R", roles=["OWNER"], registered_at=AT, refused_at=AT
    )
    seat(refused_one, "signer", "OWNER")
    ticket = ask(rf)
    confirm(ticket, cast.colleague)
    assert recovering.choose_password(ticket.token, password=NEW, at=AT).username == "signer"


def test_a_link_works_once(cast, rf):
    ticket = ask(rf)
    confirm(ticket, cast.colleague)
    recovering.choose_password(ticket.token, password=NEW, at=AT)
    with pytest.raises(NotYours):
        recovering.choose_password(ticket.token, password="another long password", at=AT)


def test_a_request_is_over_after_twenty_four_hours(cast, rf):
    ticket = ask(rf)
    confirm(ticket, cast.colleague)
    with pytest.raises(NotYours):
        recovering.choose_password(ticket.token, password=NEW, at=AT + 24 * HOURS)
    late = ask(rf)
    assert refused(lambda: confirm(late, cast.colleague, AT + 24 * HOURS)) == NO_CODE


def test_a_poor_password_is_refused_and_the_link_stays_good(cast, rf):
    ticket = ask(rf)
    confirm(ticket, cast.colleague)
    client = speaking()
    answer = client.post(path(ticket), {"new": "short", "again": "short"})
    assert answer.status_code == 422
    assert "at least 12 characters" in answer.content.decode()
    assert client.post(path(ticket), {"new": NEW, "again": "other"}).status_code == 422
    assert client.post(path(ticket), {"new": NEW, "again": NEW}).status_code == 302


def test_a_barred_person_recovers_nothing(cast, rf):
    ticket = ask(rf)
    confirm(ticket, cast.colleague)
    User.objects.filter(username="signer").update(is_active=False)
    with pytest.raises(NotYours):
        recovering.choose_password(ticket.token, password=NEW, at=AT)
    ask(rf)
    assert RecoveryRequest.objects.count() == 1


def test_who_left_every_organisation_recovers_nothing(cast, rf):
    Membership.objects.filter(user__username="signer").update(until=AT)
    ticket = ask(rf)
    assert refused(lambda: confirm(ticket, cast.colleague)) == NO_CODE
    with pytest.raises(NotYours):
        recovering.choose_password(ticket.token, password=NEW, at=AT)


def test_asking_is_throttled_whoever_is_asked_for(cast):
    for username in ("signer", "nobody"):
        client = speaking()
        for _ in range(5):
            assert client.post("/account/recovery", {"username": username}).status_code == 302
        assert client.post("/account/recovery", {"username": username}).status_code == 429


def test_confirming_asks_for_the_password_again(cast):
    answer = signed_in(cast.colleague, proven=False).get("/account/organisation/recovery")
    assert answer["Location"] == "/account/step-up?next=%2Faccount%2Forganisation%2Frecovery"


def test_a_wrong_code_is_refused_on_the_page(cast):
    answer = signed_in(cast.colleague).post("/account/organisation/recovery", {"code": "AAAA-AAAA"})
    assert answer.status_code == 422
    assert NO_CODE[0] in answer.content.decode()


def test_the_platform_keeps_no_link(cast, rf):
    ticket = ask(rf)
    kept = RecoveryRequest.objects.get()
    assert ticket.token not in str(vars(kept))
    assert kept.token_digest == ticket.digest
    assert ticket.token not in repr(ticket)


@pytest.mark.parametrize(("kind", "hours"), [(RecoveryKind.RECOVERY, 24), (RecoveryKind.INVITATION, 72)])
def test_a_ticket_carries_its_own_date(kind, hours):
    ticket = tickets.draw(kind, at=AT)
    assert tickets.read(ticket.token) == ticket
    assert (ticket.kind, ticket.expires_at) == (kind, AT + hours * HOURS)
    assert tickets.plain_code(ticket.code) == tickets.code_of(ticket.digest)
