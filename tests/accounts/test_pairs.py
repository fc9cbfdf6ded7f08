"""Who runs the platform acts in no tender, and whoever acts in tenders does not run it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts import registering, seating
from accounts.identity import Identity
from accounts.models import Membership, Organisation
from accounts.names import TENDER_ROLES
from core.errors import Refused
from tests.accounts.conftest import AT
from tests.accounts.people import person, seat, signed_in

RUNS_IT = "陈主任 runs the platform and so acts in no tender."


def add(organisation: Organisation, number: str, role: str, *, by: Membership) -> Membership:
    return seating.add_member(
        organisation.number, person=number, role=role, may_draft=True, may_approve=False, actor=by.actor(), at=AT
    )


def test_the_roles_of_a_tender_are_all_but_the_centre_s_and_the_auditor_s():
    assert sorted(TENDER_ROLES) == ["AGENT", "BIDDER", "EXPERT", "KEY_HOLDER", "OWNER", "SUPERVISOR"]


def test_whoever_founds_the_centre_holds_no_key(cast):
    assert [row.role for row in cast.clerk.user.memberships.all()] == ["CENTER"]


def test_an_operator_gets_no_key_of_its_own_centre(cast):
    colleague = seat(cast.centre, "second", "CENTER")
    with pytest.raises(Refused) as refused:
        add(cast.centre, cast.clerk.user.number, "KEY_HOLDER", by=colleague)
    assert refused.value.reasons == (RUNS_IT,)
    keeper = person("keeper")
    assert add(cast.centre, keeper.number, "KEY_HOLDER", by=cast.clerk).role == "KEY_HOLDER"


@pytest.mark.parametrize("role", ["OWNER", "KEY_HOLDER"])
def test_an_operator_gets_no_seat_with_a_buyer(cast, role):
    with pytest.raises(Refused) as refused:
        add(cast.owner, cast.clerk.user.number, role, by=cast.approver)
    assert refused.value.reasons == (RUNS_IT,)


def test_an_operator_registers_no_organisation_that_takes_part_in_tenders(cast):
    identity = Identity("TEST", "N-1", "N", address="A", contact="C")
    with pytest.raises(Refused) as refused:
        registering.register_another(identity, roles=["BIDDER"], actor=cast.clerk.actor(), at=AT)
    assert refused.value.reasons == (RUNS_IT,)
    assert registering.register_another(identity, roles=["AUDIT"], actor=cast.clerk.actor(), at=AT).roles == ["AUDIT"]


def test_whoever_acts_in_tenders_does_not_run_the_platform(cast):
    with pytest.raises(Refused) as refused:
        add(cast.centre, cast.signer.user.number, "CENTER", by=cast.clerk)
    assert refused.value.reasons == ("Signer is “Bidder” and so does not run the platform.",)
    cast.signer.until = AT
    cast.signer.save(update_fields=["until"])
    assert add(cast.centre, cast.signer.user.number, "CENTER", by=cast.clerk).role == "CENTER"


def test_the_centre_appoints_no_operator_of_another_centre_to_approve(cast):
    other = Organisation.objects.create(
        number="OR-CENTRE-2",
        scheme="TEST",
        code="C-2",
        name="Second",
        roles=["CENTER"],
        registered_at=AT,
        admitted_at=AT,
    )
    operator = seat(other, "operator", "CENTER")
    with pytest.raises(Refused) as refused:
        seating.appoint_approver(
            cast.acme.number, person=operator.user.number, role="BIDDER", because="x", actor=cast.clerk.actor(), at=AT
        )
    assert refused.value.reasons[-1] == "Operator runs the platform and so acts in no tender."


def test_the_page_of_the_members_says_why(cast):
    page = signed_in(cast.approver).post(
        "/account/organisation/members/add",
        {"person": cast.clerk.user.number, "role": "KEY_HOLDER", "may_draft": "on"},
    )
    assert (page.status_code, RUNS_IT in page.content.decode()) == (422, True)


@pytest.mark.parametrize("role", sorted(TENDER_ROLES))
def test_the_database_refuses_the_pair_whichever_comes_first(cast, role):
    signer = cast.signer.user
    with pytest.raises(IntegrityError), transaction.atomic(savepoint=True):
        seat(cast.owner, "clerk", role)
    with pytest.raises(IntegrityError), transaction.atomic(savepoint=True):
        Membership.objects.filter(user=signer).update(user=cast.clerk.user)
    with pytest.raises(IntegrityError), transaction.atomic(savepoint=True):
        seat(cast.centre, "signer", "CENTER")
    assert [row.role for row in cast.clerk.user.memberships.all()] == ["CENTER"]


def test_the_database_counts_living_seats_only(cast):
    cast.clerk.until = AT
    cast.clerk.save(update_fields=["until"])
    seat(cast.owner, "clerk", "KEY_HOLDER")
    with pytest.raises(IntegrityError), transaction.atomic(savepoint=True):
        Membership.objects.filter(pk=cast.clerk.pk).update(until=None)
