from __future__ import annotations

import re

import pytest
from django.urls import get_resolver

from accounts import access
from accounts.models import Membership
from accounts.names import Role
from core.actors import Actor
from core.errors import NotYours, Refused
from tests.accounts.people import signed_in, speaking

OPEN = {"sign-in", "sign-in-with-code", "register", "registered", "recovery", "recovery-link"}
ASKED_BY_SCRIPTS = {"ask-who", "passkey-sign-in"}  # before anybody has signed in
WRITING = {
    *("role", "sign-out", "read-all", "read", "enrol-bidder-key", "register-passkey", "recovery-codes"),
    *("ask-who", "passkey-sign-in", "ask-again", "prove", "ask-to-sign"),
}
CENTRE = {"admissions", "admission", "decide", "person"}
BIDDER = {"bidder-key", "enrol-bidder-key"}
KEYS = {"wrapped-key"}
SAMPLES = {
    "token": "r1-" + "A" * 32,
    "person": "PE-DRAFTER",
    "role": "OWNER",
    "number": "OR-ACME-1",
    "decision": "suspend",
    "file": "f" * 64,
    "digest": "f" * 64,
    "what": "signature.json",
}


def routes():
    accounts = next(each for each in get_resolver("accounts.urls").url_patterns[:1])
    assert accounts.name == "account"
    return {
        pattern.name: "/" + re.sub(r"<str:(\w+)>", lambda match: SAMPLES[match[1]], str(pattern.pattern))
        for pattern in get_resolver("accounts.urls").url_patterns
    }


ROUTES = routes()


def test_every_route_is_named_once():
    assert len(ROUTES) == len(get_resolver("accounts.urls").url_patterns)


@pytest.mark.parametrize("name", ROUTES)
def test_who_has_not_signed_in_is_sent_to_the_door_or_refused(cast, name):
    client = speaking()
    get, post = client.get(ROUTES[name]), client.post(ROUTES[name])
    if name in OPEN:
        assert get.status_code in {200, 302}
    elif name in ASKED_BY_SCRIPTS:
        assert (get.status_code, post.status_code in {200, 422}) == (405, True)
    else:
        assert get.status_code == 302
        assert get["Location"].startswith("/account/sign-in?next=%2F")
        assert post.status_code == 403


@pytest.mark.parametrize("name", sorted(CENTRE | BIDDER | KEYS))
@pytest.mark.parametrize("who", ["clerk", "drafter", "signer"])
def test_a_page_of_another_role_does_not_exist(cast, name, who):
    allowed = {"clerk": CENTRE, "drafter": set(), "signer": BIDDER | KEYS}[who]
    client = signed_in(getattr(cast, who))
    if name not in allowed:
        assert [client.get(ROUTES[name]).status_code, client.post(ROUTES[name]).status_code] == [404, 404]
    elif name not in KEYS:  # no key is enrolled yet
        assert client.get(ROUTES[name]).status_code in {200, 404, 405}


@pytest.mark.parametrize("name", sorted(WRITING))
def test_what_changes_something_is_no_link(cast, name):
    assert signed_in(cast.signer).get(ROUTES[name]).status_code == 405


@pytest.mark.parametrize("name", ROUTES)
def test_every_writing_route_wants_its_token(cast, name):
    client = signed_in(cast.signer)
    client.handler.enforce_csrf_checks = True
    assert client.post(ROUTES[name]).status_code == 403


@pytest.mark.parametrize("name", ROUTES)
def test_no_other_site_writes_here(cast, name):
    client = signed_in(cast.signer)
    assert client.post(ROUTES[name], headers={"sec-fetch-site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("name", sorted(set(ROUTES) - WRITING))
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_draws_without_script_or_style_of_its_own(cast, name, language):
    who = cast.signer if name in BIDDER | KEYS else cast.clerk
    page = signed_in(who, language=language).get(ROUTES[name], follow=True)
    text = page.content.decode()
    assert page.status_code in {200, 404}
    assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))", text)
    assert " style=" not in text
    assert not re.search(r"\son\w+=", text)


def test_private_pages_stay_out_of_every_cache(cast):
    page = signed_in(cast.signer).get("/account/")
    assert "no-store" in page["Cache-Control"]


def test_a_route_for_some_roles_lets_these_in_and_is_not_there_for_others(cast):
    assert signed_in(cast.drafter).get("/test/buyers").content == b"OWNER"
    assert signed_in(cast.signer).get("/test/buyers").status_code == 404
    assert signed_in(cast.signer).post("/test/buyers").status_code == 404
    assert speaking().get("/test/acting").status_code == 404


def test_a_verb_asks_again_who_sits_there(cast):
    actor = cast.drafter.actor()
    assert access.seat_of(actor) == cast.drafter
    assert access.seat_of(actor, Role.OWNER, Role.AGENT) == cast.drafter
    for stranger in (
        Actor(person="PE-DRAFTER", name="Drafter", role="CENTER", organisation="OR-OWNER-1"),
        Actor(person="PE-DRAFTER", name="Drafter", role="OWNER", organisation="OR-ACME-1"),
        access.PUBLIC,
    ):
        with pytest.raises(NotYours):
            access.seat_of(stranger)
    with pytest.raises(NotYours):
        access.seat_of(actor, Role.BIDDER)


def test_approving_needs_the_right_and_the_organisation(cast):
    assert access.approving_seat(cast.approver.actor(), cast.owner) == cast.approver
    with pytest.raises(NotYours):
        access.approving_seat(cast.approver.actor(), cast.acme)
    with pytest.raises(Refused):
        access.approving_seat(cast.drafter.actor(), cast.owner)
    Membership.objects.filter(pk=cast.approver.pk).update(until=cast.approver.since)
    with pytest.raises(NotYours):
        access.approving_seat(cast.approver.actor(), cast.owner)


def test_a_chosen_seat_that_has_ended_is_not_replaced_by_another(cast):
    from tests.accounts.people import seat

    holder = seat(cast.owner, "drafter", "KEY_HOLDER")
    client = signed_in(holder)
    Membership.objects.filter(pk=holder.pk).update(until=holder.since)
    assert client.get("/test/anybody").content.decode() == "::PE-DRAFTER"
    assert client.post("/account/role", {"seat": cast.drafter.pk}).status_code == 302
    assert client.get("/test/anybody").content.decode() == "OWNER:OR-OWNER-1:PE-DRAFTER"


def test_the_header_offers_ones_own_seats_and_no_others(cast):
    from tests.accounts.people import seat

    seat(cast.owner, "approver", "KEY_HOLDER")
    page = signed_in(cast.approver).get("/account/organisation").content.decode()
    offered = re.findall(r'name="seat" value="(\d+)"', page)
    assert offered == [
        str(pk)
        for pk in Membership.objects.filter(user__username="approver", role="KEY_HOLDER").values_list("pk", flat=True)
    ]


def test_there_is_no_superuser_and_no_admin():
    from django.apps import apps

    from accounts.models import User

    assert not apps.is_installed("django.contrib.admin")
    assert not hasattr(User, "is_superuser")
    assert not hasattr(User, "user_permissions")
