from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from accounts.models import InboxMessage, Membership
from accounts.models import SigningKey as EnrolledKey
from accounts.spoken import unpacked
from bidding import keyholding, queries
from bidding.forms import AppointForm
from bidding.keyholding import SeatDraft
from bidding.models import Ceremony, KeyHolder
from bidding.names import Seat
from bidding.rules.ceremony_signatures import sign_ceremony, verify_signatures
from bidding.rules.wrapping import public_key_of
from core.canonical import b64u_encode
from core.errors import NotYours, Refused
from core.models import OutboxEntry
from core.notes import SigningKey
from tests.emptying import without_triggers
from tests.stories import bidding as story
from tests.stories import trading as trading_story

if TYPE_CHECKING:
    from tests.cast import Cast
    from trading.models import Project

AT = trading_story.ANNOUNCED - trading_story.DAY


@pytest.fixture
def project(cast: Cast) -> Project:
    return trading_story.submitted(cast)


def appoint(cast: Cast, project: Project, *drafts: SeatDraft) -> list[KeyHolder]:
    return keyholding.appoint(project.pk, drafts, actor=cast.actor("owner.drafter"), at=AT)


def draft(cast: Cast, seat: Seat, name: str) -> SeatDraft:
    return SeatDraft(seat, cast[name], cast.user(f"{name}.holder"))


def put_in(cast: Cast, holder: KeyHolder, name: str, **given: str) -> KeyHolder:
    key = SigningKey(keyholding.vkey_name(cast.actor(name)), os.urandom(32))
    fields = {
        "public_key": b64u_encode(public_key_of(os.urandom(32))),
        "vkey": str(key.verify_key),
        "wrapped": "",
    } | given
    return keyholding.submit_key(holder.pk, **fields, actor=cast.actor(name), at=AT)


def test_the_usual_seats_are_owner_agent_supervisor_and_centre(cast: Cast, project: Project) -> None:
    users = {seat: cast.user(name) for seat, name in story.SEATS.items()}
    seats = keyholding.default_seats(project, users)
    assert [(draft.seat, draft.organisation.number) for draft in seats] == [
        ("tenderee", "OR-owner"),
        ("agency", "OR-agent"),
        ("supervisor", "OR-supervisor"),
        ("platform", "OR-center"),
    ]


@pytest.mark.parametrize(("holders", "needed"), [(2, 2), (3, 2), (4, 3), (5, 3)])
def test_the_smallest_majority_opens(holders: int, needed: int) -> None:
    assert keyholding.threshold(holders) == needed


def test_owner_and_agent_alone_must_not_suffice(cast: Cast, project: Project) -> None:
    with pytest.raises(Refused) as refusal:
        appoint(
            cast,
            project,
            draft(cast, Seat.TENDEREE, "owner"),
            draft(cast, Seat.AGENCY, "agent"),
            draft(cast, Seat.SUPERVISOR, "supervisor"),
        )
    assert refusal.value.reasons == ("The tenderee and its agency hold 2 keys together, and 2 are enough to open.",)


def test_one_organisation_must_not_suffice_and_one_person_holds_one_key(cast: Cast, project: Project) -> None:
    with pytest.raises(Refused) as refusal:
        appoint(
            cast,
            project,
            draft(cast, Seat.OTHER, "center"),
            draft(cast, Seat.PLATFORM, "center"),
            draft(cast, Seat.SUPERVISOR, "supervisor"),
        )
    assert refusal.value.reasons == (
        "OR-center alone holds 2 keys, and 2 are enough to open.",
        "One person holds at most one key.",
    )


def test_a_person_who_is_no_key_holder_of_the_organisation_is_refused(cast: Cast, project: Project) -> None:
    drafts = [
        SeatDraft(Seat.TENDEREE, cast["owner"], cast.user("owner.drafter")),
        draft(cast, Seat.SUPERVISOR, "supervisor"),
        draft(cast, Seat.PLATFORM, "center"),
    ]
    with pytest.raises(Refused) as refusal:
        appoint(cast, project, *drafts)
    assert refusal.value.reasons == ("owner.drafter is not a key holder of 滨江市城市建设投资有限公司.",)


def test_a_seat_belongs_to_the_organisation_that_stands_there(cast: Cast, project: Project) -> None:
    """Else owner and agent could reach k under other names."""
    with pytest.raises(Refused) as refusal:
        appoint(
            cast,
            project,
            draft(cast, Seat.TENDEREE, "owner"),
            draft(cast, Seat.SUPERVISOR, "agent"),
            draft(cast, Seat.PLATFORM, "center"),
        )
    assert refusal.value.reasons == ("The seat “supervising department” belongs to 滨江市住房和城乡建设局.",)


def test_the_agent_is_no_other_trusted_organisation(cast: Cast, project: Project) -> None:
    with pytest.raises(Refused) as refusal:
        appoint(
            cast,
            project,
            draft(cast, Seat.TENDEREE, "owner"),
            draft(cast, Seat.OTHER, "agent"),
            draft(cast, Seat.PLATFORM, "center"),
        )
    assert refusal.value.reasons == ("the organisation already takes part in this project on another side",)
    assert KeyHolder.objects.count() == 0


def test_whoever_runs_the_platform_holds_no_key_not_even_the_platform_s(cast: Cast, project: Project) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if connection.vendor == "postgresql" else "SELECT 1")
        with without_triggers(cursor):  # the database refuses such a pair; an older one may hold it
            Membership.objects.filter(user=cast.user("center")).update(user=cast.user("center.holder"))
    with pytest.raises(Refused) as refusal:
        appoint(
            cast,
            project,
            draft(cast, Seat.TENDEREE, "owner"),
            draft(cast, Seat.SUPERVISOR, "supervisor"),
            draft(cast, Seat.PLATFORM, "center"),
        )
    assert refusal.value.reasons == ("center.holder runs the platform and so holds no key.",)
    offered = AppointForm(project=project).fields["platform"]
    assert [value for value, _ in offered.choices] == [""]


def test_one_holder_is_too_few(cast: Cast, project: Project) -> None:
    with pytest.raises(Refused) as refusal:
        appoint(cast, project, draft(cast, Seat.SUPERVISOR, "supervisor"))
    assert refusal.value.reasons == ("Key holders named: 1; from 2 to 16 are possible.",)


def test_only_the_buying_side_appoints(cast: Cast, project: Project) -> None:
    with pytest.raises(NotYours):
        keyholding.appoint(project.pk, [], actor=cast.actor("supervisor"), at=AT)


def test_another_organisation_that_holds_a_key_takes_a_side_and_cannot_bid(cast: Cast, project: Project) -> None:
    appoint(
        cast,
        project,
        draft(cast, Seat.TENDEREE, "owner"),
        draft(cast, Seat.OTHER, "buyer"),
        draft(cast, Seat.SUPERVISOR, "supervisor"),
    )
    assert cast["buyer"].participations.get(project=project).side == "overseeing"
    assert sorted(KeyHolder.objects.values_list("kid", flat=True)) == ["other-1", "supervisor", "tenderee"]


def test_appointing_anew_before_the_announcement_makes_the_ceremonies_void(cast: Cast) -> None:
    tender = story.keyed(cast)
    users = {seat: cast.user(name) for seat, name in story.SEATS.items() if seat != Seat.AGENCY}
    keyholding.appoint(
        tender.project.pk,
        keyholding.default_seats(tender.project, users),
        actor=cast.actor("owner.drafter"),
        at=AT,
    )
    assert (Ceremony.objects.count(), KeyHolder.objects.count()) == (0, 3)


def test_after_the_announcement_holders_and_keys_stay(cast: Cast) -> None:
    tender = story.announced(cast)
    with pytest.raises(Refused):
        keyholding.appoint(tender.project.pk, [], actor=cast.actor("owner.drafter"), at=AT)
    holder = KeyHolder.objects.get(kid="tenderee")
    with pytest.raises(Refused) as refusal:
        put_in(cast, holder, "owner.holder")
    assert refusal.value.reasons == ("The project is announced: its keys cannot change any more.",)


def test_with_the_last_key_the_ceremonies_of_all_lots_are_assembled(cast: Cast) -> None:
    tender = story.appointed(cast, lots=2)
    counts = []
    for row in KeyHolder.objects.order_by("kid"):
        put_in(cast, row, tender.holders[row.kid].name)
        counts.append(Ceremony.objects.count())
    document = tender.ceremony
    assert counts == [0, 0, 0, 2]
    assert (document.k, document.n, document.tender, document.rescue) == (3, 4, tender.lot.number, 1_800)
    assert [(holder.kid, holder.org, holder.role) for holder in document.holders] == [
        ("agency", "OR-agent", "agency"),
        ("platform", "OR-center", "platform"),
        ("supervisor", "OR-supervisor", "supervisor"),
        ("tenderee", "OR-owner", "tenderee"),
    ]


def test_a_lot_that_is_added_later_gets_its_own_ceremony(cast: Cast) -> None:
    tender = story.keyed(cast)
    from trading import drafting

    drafting.return_notice(tender.project.pk, actor=cast.actor("owner.approver"), at=AT, because="增加标段")
    drafting.add_lot(tender.project.pk, actor=cast.actor("owner.drafter"), at=AT, title="2标段")
    made = keyholding.assemble(tender.project.pk, actor=cast.actor("owner.drafter"), at=AT)
    assert [row.lot.ordinal for row in made] == [2]
    assert Ceremony.objects.count() == 2


def test_a_new_key_makes_what_was_signed_void(cast: Cast) -> None:
    tender = story.keyed(cast)
    before = Ceremony.objects.get().digest
    put_in(cast, KeyHolder.objects.get(kid="tenderee"), "owner.holder")
    after = Ceremony.objects.get()
    assert after.digest != before
    assert (after.notes, after.signed_at) == ({}, None)
    assert queries.ceremony_state(tender.lot).signed == 0


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"public_key": b64u_encode(bytes(32))}, "The X25519 public key is of low order: it protects nothing."),
        ({"public_key": "short"}, "The value has 3 bytes instead of 32."),
        ({"vkey": "nonsense"}, "The verification key is not of the form name+keyid+key."),
        ({"wrapped": "x" * 65_537}, "The wrapped key is too long: at most 65536 characters."),
    ],
)
def test_a_key_that_is_none_is_refused_with_the_reason(cast: Cast, given: dict[str, str], reason: str) -> None:
    story.appointed(cast)
    with pytest.raises(Refused) as refusal:
        put_in(cast, KeyHolder.objects.get(kid="tenderee"), "owner.holder", **given)
    if "public_key" in given and given["public_key"] == "short":
        assert len(refusal.value.reasons) == 1
    else:
        assert refusal.value.reasons == (reason,)


def test_a_public_key_is_used_once(cast: Cast) -> None:
    story.keyed(cast)
    used = KeyHolder.objects.get(kid="agency").public_key
    with pytest.raises(Refused) as refusal:
        put_in(cast, KeyHolder.objects.get(kid="tenderee"), "owner.holder", public_key=used)
    assert refusal.value.reasons == ("This key was handed in before; every project has keys of its own.",)


def test_a_signing_key_is_enrolled_once_and_serves_further_projects(cast: Cast) -> None:
    first = story.keyed(cast)
    vkey = str(first.holders["tenderee"].signing.verify_key)
    story.appointed(cast)
    holder = KeyHolder.objects.filter(kid="tenderee").latest("pk")
    put_in(cast, holder, "owner.holder", vkey=vkey)
    assert EnrolledKey.objects.filter(kind="holder", subject="PE-owner-holder").count() == 1


def test_a_seat_is_its_persons_only(cast: Cast) -> None:
    story.appointed(cast)
    with pytest.raises(NotYours):
        put_in(cast, KeyHolder.objects.get(kid="tenderee"), "agent.holder")


def test_all_holders_signatures_make_the_signed_ceremony(cast: Cast) -> None:
    tender = story.keyed(cast)
    row = Ceremony.objects.get()
    verify_signatures(tender.ceremony, data=queries.signatures_of(row))
    assert row.signed_at == AT
    assert OutboxEntry.objects.filter(event="bidding.ceremony.signed").count() == 4


def test_signing_twice_is_answered_the_same(cast: Cast) -> None:
    tender = story.keyed(cast)
    story.sign(tender, Ceremony.objects.get(), at=AT + story.MINUTE)
    assert Ceremony.objects.get().signed_at == AT
    assert OutboxEntry.objects.filter(event="bidding.ceremony.signed").count() == 4


def test_a_signature_of_another_key_does_not_count(cast: Cast) -> None:
    tender = story.keyed(cast)
    put_in(cast, KeyHolder.objects.get(kid="tenderee"), "owner.holder")
    note = sign_ceremony(tender.ceremony, key=tender.holders["tenderee"].signing)
    with pytest.raises(Refused) as refusal:
        keyholding.sign(tender.lot.pk, kid="tenderee", note=note, actor=cast.actor("owner.holder"), at=AT)
    assert refusal.value.reasons == ("The signature does not count: The note carries no signature of a known key.",)


def test_nobody_signs_for_another_seat_or_without_a_ceremony(cast: Cast) -> None:
    tender = story.appointed(cast)
    with pytest.raises(Refused):
        keyholding.sign(tender.lot.pk, kid="tenderee", note="", actor=cast.actor("owner.holder"), at=AT)
    keyed = story.keyed(cast)
    with pytest.raises(NotYours):
        keyholding.sign(keyed.lot.pk, kid="agency", note="", actor=cast.actor("owner.holder"), at=AT)


def test_a_lost_key_is_reported_to_the_buying_side_with_what_happens_next(cast: Cast) -> None:
    tender = story.bidding(cast)
    bodies = []
    for kid in ("agency", "platform"):
        keyholding.report_lost(
            KeyHolder.objects.get(kid=kid).pk,
            because="硬盘损坏",
            actor=cast.actor(tender.holders[kid].name),
            at=tender.deadline,
        )
        message = InboxMessage.objects.filter(kind="bidding.holder.lost", organisation=cast["owner"]).latest("pk")
        bodies.append(str(unpacked(message.body)))
    assert bodies == [
        "3 of 4 key holders still have their keys; 3 are enough: the tender goes on.",
        (
            "Only 2 of 4 key holders still have their keys and 3 are needed: bids cannot be opened. "
            "The tender must be ended and announced again with new holders."
        ),
    ]


def test_a_loss_is_reported_with_its_reason(cast: Cast) -> None:
    story.bidding(cast)
    with pytest.raises(Refused):
        keyholding.report_lost(
            KeyHolder.objects.get(kid="tenderee").pk, because=" ", actor=cast.actor("owner.holder"), at=AT
        )
