from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import admitting, barring
from accounts.models import InboxMessage, Membership, Organisation, User
from accounts.names import OrganisationState
from core.errors import NotYours, Refused
from tests.accounts.conftest import AT
from tests.accounts.people import PASSWORD, entries, seat, signed_in, speaking

DAY = timedelta(days=1)


@pytest.fixture
def waiting(cast) -> Organisation:
    organisation = Organisation.objects.create(
        number="OR-WAITING-1",
        scheme="TEST",
        code="W-1",
        name="Waiting Ltd",
        roles=["AGENT", "BIDDER"],
        registered_at=AT,
    )
    seat(organisation, "newcomer", "BIDDER")
    seat(organisation, "newcomer", "AGENT")
    return organisation


def found(number="OR-WAITING-1"):
    return Organisation.objects.get(number=number)


def test_an_admitted_organisation_acts_in_the_roles_it_was_given(cast, waiting):
    client = signed_in(Membership.objects.get(user__username="newcomer", role="BIDDER"))
    assert client.get("/test/acting").status_code == 404
    admitting.admit(waiting.number, roles=["BIDDER"], actor=cast.clerk.actor(), at=AT + DAY)
    admitted = found()
    assert (admitted.state, admitted.roles, admitted.admitted_at) == (OrganisationState.ADMITTED, ["BIDDER"], AT + DAY)
    assert admitted.admitted_by == cast.clerk.user
    assert client.get("/test/acting").content == b"BIDDER"
    assert Membership.objects.get(organisation=waiting, role="AGENT").until == AT + DAY
    event, data = entries()[-1]
    assert event == "accounts.organisation.admitted"
    assert (data["organisation"], data["roles"]) == ("OR-WAITING-1", ["BIDDER"])
    assert InboxMessage.objects.get().user.username == "newcomer"


def test_a_refusal_has_a_reason_which_its_people_read_and_the_log_does_not_carry(cast, waiting):
    admitting.refuse(waiting.number, because="The code is another company's.", actor=cast.clerk.actor(), at=AT)
    refused = found()
    assert (refused.state, refused.refusal_reason) == (OrganisationState.REFUSED, "The code is another company's.")
    client = signed_in(Membership.objects.get(user__username="newcomer", role="BIDDER"))
    assert "another company" in client.get("/account/organisation").content.decode()
    message = client.get("/inbox/" + InboxMessage.objects.get().number).content.decode()
    assert "The registration of Waiting Ltd was refused" in message
    assert "another company" in message
    assert "another" not in str(entries()[-1])


def test_a_suspension_holds_from_the_next_request_until_it_is_lifted(cast):
    client = signed_in(cast.signer)
    assert client.get("/test/acting").content == b"BIDDER"
    admitting.suspend("OR-ACME-1", because="Order 7", actor=cast.clerk.actor(), at=AT)
    assert client.get("/test/acting").status_code == 404
    assert "Order 7" in client.get("/account/organisation").content.decode()
    admitting.reinstate("OR-ACME-1", because="Order 8", actor=cast.clerk.actor(), at=AT)
    assert client.get("/test/acting").content == b"BIDDER"
    assert [event for event, _ in entries()][-2:] == [
        "accounts.organisation.suspended",
        "accounts.organisation.reinstated",
    ]
    assert InboxMessage.objects.filter(user=cast.colleague.user).count() == 2


@pytest.mark.parametrize(
    ("verb", "more", "reasons"),
    [
        ("admit", {"roles": ["BIDDER"]}, ("The organisation is in the state “Admitted”.",)),
        ("refuse", {"because": ""}, ("The organisation is in the state “Admitted”.", "A reason is needed.")),
        ("reinstate", {"because": "x"}, ("The organisation is in the state “Admitted”.",)),
        ("suspend", {"because": " "}, ("A reason is needed.",)),
    ],
)
def test_a_decision_needs_its_state_and_its_reason(cast, verb, more, reasons):
    with pytest.raises(Refused) as refused:
        getattr(admitting, verb)("OR-ACME-1", **more, actor=cast.clerk.actor(), at=AT)
    assert refused.value.reasons == reasons


@pytest.mark.parametrize(
    ("roles", "reason"),
    [
        ([], "Choose at least one role in which the organisation will act."),
        (["BIDDER", "CENTER"], "The organisation did not ask for the role “Trading centre”."),
        (["SUPERVISOR"], "The organisation did not ask for the role “Supervising department”."),
    ],
)
def test_nobody_is_admitted_to_more_than_he_asked_for(cast, waiting, roles, reason):
    with pytest.raises(Refused) as refused:
        admitting.admit(waiting.number, roles=roles, actor=cast.clerk.actor(), at=AT)
    assert refused.value.reasons == (reason,)


def test_nobody_decides_about_an_organisation_of_his_own(cast, waiting):
    own = "Nobody decides about an organisation for which he acts himself."
    seat(waiting, "clerk", "AUDIT")
    with pytest.raises(Refused) as refused:
        admitting.admit(waiting.number, roles=["BIDDER"], actor=cast.clerk.actor(), at=AT)
    assert refused.value.reasons == (own,)
    with pytest.raises(Refused) as refused:
        admitting.suspend(cast.centre.number, because="x", actor=cast.clerk.actor(), at=AT)
    assert refused.value.reasons == (own,)


def test_only_the_centre_decides(cast, waiting):
    for stranger in (cast.approver, cast.signer):
        with pytest.raises(NotYours):
            admitting.admit(waiting.number, roles=["BIDDER"], actor=stranger.actor(), at=AT)
    Membership.objects.filter(pk=cast.clerk.pk).update(may_approve=False)
    with pytest.raises(Refused):
        admitting.admit(waiting.number, roles=["BIDDER"], actor=cast.clerk.actor(), at=AT)
    assert found().state is OrganisationState.WAITING


def test_a_clerk_whose_seat_has_ended_decides_no_more(cast, waiting):
    actor = cast.clerk.actor()
    Membership.objects.filter(pk=cast.clerk.pk).update(until=AT)
    with pytest.raises(NotYours):
        admitting.admit(waiting.number, roles=["BIDDER"], actor=actor, at=AT)


def test_the_database_knows_no_organisation_that_is_admitted_and_refused(cast, waiting):
    for wrong in ({"refused_at": AT, "admitted_at": AT}, {"suspended_at": AT}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.filter(pk=waiting.pk).update(**wrong)


# -- people -------------------------------------------------------------------------------------------------------


def test_the_centre_ends_every_session_of_a_person(cast):
    here, there = signed_in(cast.signer), signed_in(cast.signer)
    barring.kill_sessions("PE-SIGNER", actor=cast.clerk.actor(), at=AT)
    assert [client.get("/test/open").content for client in (here, there)] == [b"None", b"None"]
    assert speaking().post("/account/sign-in", {"username": "signer", "password": PASSWORD}).status_code == 302


def test_a_barred_person_is_out_until_let_back(cast):
    client = signed_in(cast.signer)
    barring.bar_person("PE-SIGNER", because="Court order 3", actor=cast.clerk.actor(), at=AT)
    assert client.get("/test/open").content == b"None"
    door = {"username": "signer", "password": PASSWORD}
    assert speaking().post("/account/sign-in", door).status_code == 403
    barring.let_back("PE-SIGNER", actor=cast.clerk.actor(), at=AT)
    assert speaking().post("/account/sign-in", door).status_code == 302
    barred = dict(entries())["auth.person.barred"]
    assert "Court" not in str(barred)
    assert "PE-SIGNER" not in str(barred)


def test_barring_is_refused_with_every_reason(cast):
    with pytest.raises(Refused) as refused:
        barring.bar_person("PE-SIGNER", because="", actor=cast.clerk.actor(), at=AT)
    assert refused.value.reasons == ("A reason is needed.",)
    with pytest.raises(Refused) as refused:
        barring.bar_person(cast.clerk.user.number, because="x", actor=cast.clerk.actor(), at=AT)
    assert refused.value.reasons == ("Nobody bars himself.",)
    with pytest.raises(Refused) as refused:
        barring.let_back("PE-SIGNER", actor=cast.clerk.actor(), at=AT)
    assert refused.value.reasons == ("This person is not barred.",)
    User.objects.filter(number="PE-SIGNER").update(is_active=False)
    with pytest.raises(Refused) as refused:
        barring.bar_person("PE-SIGNER", because="x", actor=cast.clerk.actor(), at=AT)
    assert refused.value.reasons == ("This person is barred already.",)


def test_only_the_centre_bars_and_only_who_exists(cast):
    for verb in (barring.kill_sessions, barring.let_back):
        with pytest.raises(NotYours):
            verb("PE-SIGNER", actor=cast.approver.actor(), at=AT)
        with pytest.raises(NotYours):
            verb("PE-NOBODY", actor=cast.clerk.actor(), at=AT)


# -- pages --------------------------------------------------------------------------------------------------------


def test_the_list_stands_those_who_wait_first_and_filters(cast, waiting):
    client = signed_in(cast.clerk)
    page = client.get("/account/admission").content.decode()
    assert page.index("Waiting Ltd") < page.index("Acme")
    found = client.get("/account/admission", {"q": "acme", "state": "admitted"}).content.decode()
    assert ("Acme" in found, "Waiting Ltd" in found, "滨江建投" in found) == (True, False, False)
    assert "No organisation matches." in client.get("/account/admission", {"q": "nothing"}).content.decode()
    assert client.get("/account/admission", {"state": "strange"}).status_code == 200


@pytest.mark.parametrize("more", [0, 2])
def test_the_list_costs_the_same_for_one_and_for_three(cast, django_assert_num_queries, more):
    for n in range(more):
        Organisation.objects.create(
            number=f"OR-N{n}", scheme="TEST", code=f"N{n}", name=f"Named {n}", roles=["BIDDER"], registered_at=AT
        )
    client = signed_in(cast.clerk)
    with django_assert_num_queries(6):  # session, person, seats, unread; count, rows
        assert client.get("/account/admission", {"size": "50"}).status_code == 200


def test_the_whole_desk_by_hand(cast, waiting):
    client = signed_in(cast.clerk)
    page = client.get("/account/admission/OR-WAITING-1").content.decode()
    assert "/account/admission/OR-WAITING-1/admit" in page
    assert "/account/admission/OR-WAITING-1/suspend" not in page
    assert client.get("/account/admission/OR-WAITING-1/admit").status_code == 200
    answer = client.post("/account/admission/OR-WAITING-1/admit", {"roles": ["BIDDER"]})
    assert answer["Location"] == "/account/admission/OR-WAITING-1"
    assert client.post("/account/admission/OR-WAITING-1/admit", {"roles": ["BIDDER"]}).status_code == 422
    assert client.post("/account/admission/OR-WAITING-1/suspend", {"because": ""}).status_code == 422
    assert client.post("/account/admission/OR-WAITING-1/suspend", {"because": "x"}).status_code == 302
    assert found().state is OrganisationState.SUSPENDED
    assert client.get("/account/admission/OR-NOBODY").status_code == 404
    assert client.get("/account/admission/OR-WAITING-1/promote").status_code == 404


def test_a_person_by_hand(cast):
    client = signed_in(cast.clerk)
    page = "/account/people/PE-SIGNER"
    assert "Signer" in client.get(page).content.decode()
    assert client.post(page, {"kill": "yes"}).status_code == 302
    assert client.post(page, {"bar": "yes", "because": ""}).status_code == 422
    assert client.post(page, {"bar": "yes", "because": "x"}).status_code == 302
    assert not User.objects.get(number="PE-SIGNER").is_active
    assert client.post(page, {"let_back": "yes"}).status_code == 302
    assert client.post(page, {"let_back": "yes"}).status_code == 422
    assert client.get("/account/people/PE-NOBODY").status_code == 404


@pytest.mark.parametrize(
    "page",
    [
        "/account/admission",
        "/account/admission/OR-ACME-1",
        "/account/admission/OR-ACME-1/suspend",
        "/account/people/PE-SIGNER",
    ],
)
def test_nobody_else_knows_of_the_desk(cast, page):
    for stranger in (cast.approver, cast.signer):
        client = signed_in(stranger)
        assert [client.get(page).status_code, client.post(page, {"because": "x"}).status_code] == [404, 404]


def test_deciding_asks_for_the_password_again(cast, waiting):
    client = signed_in(cast.clerk, proven=False)
    answer = client.get("/account/admission/OR-WAITING-1/admit")
    assert answer["Location"] == "/account/step-up?next=%2Faccount%2Fadmission%2FOR-WAITING-1%2Fadmit"
    assert client.post("/account/admission/OR-WAITING-1/admit", {"roles": ["BIDDER"]}).status_code == 302
    assert found().state is OrganisationState.WAITING


def test_appointing_by_hand(cast):
    client = signed_in(cast.clerk)
    page = "/account/admission/OR-OWNER-1/appoint"
    assert client.get(page).status_code == 200
    fields = {"person": "PE-SIGNER", "role": "OWNER", "because": "asked in writing"}
    assert client.post(page, fields | {"person": "PE-NOBODY"}).status_code == 422
    assert client.post(page, fields).status_code == 302
    assert Membership.objects.get(organisation=cast.owner, user__username="signer").may_approve
    assert client.post(page, fields).status_code == 422


def test_an_organisation_that_does_not_exist_is_not_decided_about(cast):
    with pytest.raises(NotYours):
        admitting.suspend("OR-NONE", because="x", actor=cast.clerk.actor(), at=AT)
