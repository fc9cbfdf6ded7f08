from __future__ import annotations

import pytest
from django.db import IntegrityError

from accounts import seating
from accounts.identity import Newcomer
from accounts.models import InboxMessage, Membership, Organisation, User
from core.errors import NotYours, Refused
from tests.accounts.conftest import AT
from tests.accounts.people import entries, person, seat, signed_in, speaking

NEW = "seven brown bridges"
OWN = "Nobody changes his own rights: another person of the organisation must do it."
LAST = "An organisation keeps at least one person who may approve and can sign in."


def add(cast, who="PE-GUEST", *, by=None, role="OWNER", may_approve=False, may_draft=True):
    return seating.add_member(
        "OR-OWNER-1",
        person=who,
        role=role,
        may_draft=may_draft,
        may_approve=may_approve,
        actor=(by or cast.approver).actor(),
        at=AT,
    )


def change(cast, who, *, by, role="OWNER", may_approve=True, may_draft=True):
    return seating.change_rights(
        "OR-OWNER-1", person=who, role=role, may_draft=may_draft, may_approve=may_approve, actor=by.actor(), at=AT
    )


def end(cast, who, *, by, role="OWNER"):
    seating.end_membership("OR-OWNER-1", person=who, role=role, actor=by.actor(), at=AT)


def test_somebody_who_may_approve_seats_others(cast):
    person("guest")
    given = add(cast, "pe-guest ", role="KEY_HOLDER")
    assert (given.user.username, given.role, given.may_approve) == ("guest", "KEY_HOLDER", False)
    event, data = entries()[-1]
    assert event == "accounts.membership.given"
    assert (data["role"], data["may_draft"], data["may_approve"]) == ("KEY_HOLDER", True, False)
    assert "PE-GUEST" not in str(data)
    assert InboxMessage.objects.get().user.username == "guest"


def test_somebody_who_may_not_approve_seats_nobody(cast):
    person("guest")
    with pytest.raises(Refused):
        add(cast, by=cast.drafter)
    with pytest.raises(NotYours):
        add(cast, by=cast.signer)
    assert not Membership.objects.filter(user__username="guest").exists()


def test_seating_is_refused_with_every_reason(cast):
    with pytest.raises(Refused) as refused:
        add(cast, "PE-UNKNOWN", role="BIDDER")
    assert refused.value.reasons == (
        "The organisation may not act as “Bidder”.",
        "No person has the number PE-UNKNOWN.",
    )
    with pytest.raises(Refused) as refused:
        add(cast, "PE-DRAFTER", role="OWNER")
    assert refused.value.reasons == ("Drafter has this seat already.",)
    with pytest.raises(Refused) as refused:
        add(cast, "PE-DRAFTER", role="EMPEROR")
    assert refused.value.reasons == ("The organisation may not act as “EMPEROR”.",)


@pytest.mark.parametrize("role", ["CENTER", "SUPERVISOR", "AUDIT", "BIDDER", "EXPERT"])
def test_an_organisation_seats_nobody_in_a_role_it_was_not_admitted_for(cast, role):
    person("guest")
    with pytest.raises(Refused):
        add(cast, role=role)
    assert not Membership.objects.filter(user__username="guest").exists()


def test_only_who_buys_watches_or_runs_the_place_has_key_holders(cast):
    assert [o.may_seat("KEY_HOLDER") for o in (cast.owner, cast.acme, cast.centre)] == [True, False, True]


def test_nobody_raises_his_own_rights(cast):
    for attempt in (
        lambda: add(cast, "PE-APPROVER", role="KEY_HOLDER"),
        lambda: change(cast, "PE-APPROVER", by=cast.approver, may_draft=False),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.reasons == (OWN,)
    with pytest.raises(Refused):
        change(cast, "PE-DRAFTER", by=cast.drafter, may_approve=True)
    assert not Membership.objects.get(pk=cast.drafter.pk).may_approve


def test_another_person_raises_them(cast):
    change(cast, "PE-DRAFTER", by=cast.approver, may_approve=True)
    assert Membership.objects.get(pk=cast.drafter.pk).may_approve
    assert entries()[-1][0] == "accounts.membership.changed"


def test_an_ended_seat_acts_no_more(cast):
    client = signed_in(cast.drafter)
    assert client.get("/test/buyers").content == b"OWNER"
    end(cast, "PE-DRAFTER", by=cast.approver)
    assert client.get("/test/buyers").status_code == 404
    assert Membership.objects.get(pk=cast.drafter.pk).until == AT
    assert entries()[-1][0] == "accounts.membership.ended"
    with pytest.raises(NotYours):
        end(cast, "PE-DRAFTER", by=cast.approver)


def test_one_may_leave_but_not_as_the_last_who_may_approve(cast):
    with pytest.raises(Refused) as refused:
        end(cast, "PE-APPROVER", by=cast.approver)
    assert refused.value.reasons == (LAST,)
    change(cast, "PE-DRAFTER", by=cast.approver, may_approve=True)
    end(cast, "PE-APPROVER", by=cast.approver)
    with pytest.raises(Refused) as refused:
        change(cast, "PE-DRAFTER", by=cast.drafter, may_approve=False)
    assert refused.value.reasons == (OWN, LAST)


def test_who_was_invited_and_never_came_is_not_the_one_who_stays(cast):
    seating.invite(
        "OR-OWNER-1",
        newcomer=Newcomer("never", "Never"),
        role="OWNER",
        may_draft=True,
        may_approve=True,
        actor=cast.approver.actor(),
        at=AT,
    )
    with pytest.raises(Refused) as refused:
        end(cast, "PE-APPROVER", by=cast.approver)
    assert refused.value.reasons == (LAST,)


def test_one_person_has_a_seat_once(cast):
    with pytest.raises(IntegrityError):
        seat(cast.owner, "drafter", "OWNER")


def test_the_centre_may_appoint_where_fewer_than_two_may_approve(cast):
    person("guest")
    seating.appoint_approver(
        "OR-OWNER-1", person="PE-GUEST", role="OWNER", because="asked in writing", actor=cast.clerk.actor(), at=AT
    )
    assert Membership.objects.get(user__username="guest").may_approve
    assert [event for event, _ in entries()][-2:] == ["accounts.membership.appointed", "accounts.membership.given"]
    told = InboxMessage.objects.filter(organisation=cast.owner).get()
    assert told.title["msgid"] == "The trading centre has appointed {name} to approve"
    with pytest.raises(Refused) as refused:
        seating.appoint_approver(
            "OR-OWNER-1", person="PE-GUEST", role="BIDDER", because=" ", actor=cast.clerk.actor(), at=AT
        )
    assert refused.value.reasons == (
        "The organisation may not act as “Bidder”.",
        "A reason is needed.",
        "The organisation has two people who may approve: it seats others itself.",
    )


def test_the_centre_does_not_appoint_its_own_people(cast):
    for who in (cast.clerk.user.number, "PE-NOBODY"):
        with pytest.raises(Refused):
            seating.appoint_approver(
                "OR-OWNER-1", person=who, role="OWNER", because="x", actor=cast.clerk.actor(), at=AT
            )
    with pytest.raises(NotYours):
        seating.appoint_approver(
            "OR-NONE", person="PE-SIGNER", role="OWNER", because="x", actor=cast.clerk.actor(), at=AT
        )
    with pytest.raises(NotYours):
        seating.appoint_approver(
            "OR-OWNER-1", person="PE-SIGNER", role="OWNER", because="x", actor=cast.approver.actor(), at=AT
        )


# -- pages --------------------------------------------------------------------------------------------------------


def test_an_invitation_by_hand(cast):
    client = signed_in(cast.approver)
    fields = {"username": "fresh.one", "person": "Fresh One", "role": "OWNER", "may_draft": "on"}
    page = client.post("/account/organisation/members/invite", fields)
    link = page.context["link"]
    assert link in page.content.decode()
    assert Membership.objects.get(user__username="fresh.one").may_approve is False
    stranger = speaking()
    assert stranger.post("/account/sign-in", {"username": "fresh.one", "password": NEW}).status_code == 403
    path = link.removeprefix("http://testserver")
    assert stranger.get(path).status_code == 200
    assert stranger.post(path, {"new": NEW, "again": NEW})["Location"] == "/account/sign-in"
    assert stranger.post("/account/sign-in", {"username": "fresh.one", "password": NEW}).status_code == 302
    taken = client.post("/account/organisation/members/invite", fields)
    assert taken.status_code == 422
    assert "The user name fresh.one is taken." in taken.content.decode()


def test_seating_changing_and_ending_by_hand(cast):
    person("guest")
    client = signed_in(cast.approver)
    add_page = "/account/organisation/members/add"
    assert client.get(add_page).status_code == 200
    assert client.post(add_page, {"person": "PE-NOBODY", "role": "OWNER"}).status_code == 422
    assert client.post(add_page, {"person": "PE-GUEST", "role": "OWNER"})["Location"] == "/account/organisation"
    page = "/account/organisation/members/PE-GUEST/OWNER"
    assert client.get(page).status_code == 200
    assert client.post(page, {"may_approve": "on"}).status_code == 302
    given = Membership.objects.get(user__username="guest")
    assert (given.may_draft, given.may_approve) == (False, True)
    assert client.post(page, {"end": "yes"}).status_code == 302
    assert client.get(page).status_code == 404
    own = client.post("/account/organisation/members/PE-APPROVER/OWNER", {"may_draft": "on"})
    assert own.status_code == 422
    assert OWN in own.content.decode()


def test_the_page_of_my_organisation_shows_who_acts_and_offers_what_one_may(cast):
    may = signed_in(cast.approver).get("/account/organisation").content.decode()
    may_not = signed_in(cast.drafter).get("/account/organisation").content.decode()
    assert "/account/organisation/members/PE-DRAFTER/OWNER" in may
    assert "/account/organisation/members/PE-DRAFTER/OWNER" not in may_not
    assert "Only somebody who may approve for the organisation may do this." in may_not
    assert "Signer" not in may


@pytest.mark.parametrize("more", [0, 2])
def test_the_page_of_my_organisation_costs_the_same_for_more_members(cast, django_assert_num_queries, more):
    for n in range(more):
        seat(cast.owner, f"extra{n}", "OWNER")
    client = signed_in(cast.approver)
    with django_assert_num_queries(6):  # session, person, seats, unread; members, keys
        assert client.get("/account/organisation").status_code == 200


def test_who_may_not_approve_is_told_so_on_every_page(cast):
    client = signed_in(cast.drafter)
    for page in ("members/add", "members/invite", "members/PE-APPROVER/OWNER", "recovery"):
        assert client.get(f"/account/organisation/{page}").status_code == 409
    assert User.objects.count() == 5


def test_a_member_of_another_organisation_is_not_found(cast):
    assert signed_in(cast.approver).get("/account/organisation/members/PE-SIGNER/BIDDER").status_code == 404


def test_without_a_seat_the_page_says_where_each_organisation_stands(cast):
    Organisation.objects.filter(pk=cast.acme.pk).update(admitted_at=None)
    page = signed_in(cast.signer).get("/account/organisation").content.decode()
    assert "The registration is checked." in page
    lonely = speaking()
    lonely.force_login(person("lonely"))
    assert "You belong to no organisation." in lonely.get("/account/organisation").content.decode()
    assert lonely.get("/test/anybody").content.decode() == "::PE-LONELY"


def test_two_invitations_under_one_name_at_the_same_moment_get_an_answer(cast, monkeypatch):
    def invite():
        seating.invite(
            "OR-OWNER-1",
            newcomer=Newcomer("fresh.one", "Fresh"),
            role="OWNER",
            may_draft=True,
            may_approve=False,
            actor=cast.approver.actor(),
            at=AT,
        )

    invite()
    monkeypatch.setattr(Newcomer, "objections", lambda self: [])
    monkeypatch.setattr(type(User.objects), "filter", lambda self, **_: User.objects.none())
    with pytest.raises(Refused) as refused:
        invite()
    assert refused.value.reasons == ("Somebody did the same at the same moment: look again.",)


def test_nobody_is_appointed_where_nobody_may_act_or_twice(cast):
    seat(cast.owner, "guest", "OWNER", may_approve=False)
    Organisation.objects.filter(pk=cast.owner.pk).update(suspended_at=AT)
    with pytest.raises(Refused) as refused:
        seating.appoint_approver(
            "OR-OWNER-1", person="PE-GUEST", role="OWNER", because="x", actor=cast.clerk.actor(), at=AT
        )
    assert refused.value.reasons == ("The organisation is not admitted.", "Guest has this seat already.")


def test_nobody_acts_in_an_organisation_that_does_not_exist(cast):
    with pytest.raises(NotYours):
        seating.end_membership("OR-NONE", person="PE-GUEST", role="OWNER", actor=cast.approver.actor(), at=AT)
