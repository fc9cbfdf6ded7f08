"""The buying side's pages: appointing and watching the holders, announcing, rehearsing again, deposits."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bidding.models import Ceremony, Deposit, KeyHolder, KeyRehearsal
from core import clock
from tests.stories import bidding as story
from tests.stories import trading as stories

if TYPE_CHECKING:
    from tests.bidding.web.visitors import Visitors
    from tests.cast import Cast

BEFORE = stories.ANNOUNCED - stories.DAY
CHOICE = {
    "tenderee": "OR-owner/PE-owner-holder",
    "agency": "OR-agent/PE-agent-holder",
    "supervisor": "OR-supervisor/PE-supervisor-holder",
    "platform": "OR-center/PE-center-holder",
}


def page_of(client, name: str, *args: str) -> str:
    answer = client.get(reverse(f"bidding:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


# -- holders -------------------------------------------------------------------------------------------


def test_holders_are_appointed_from_the_seats_that_the_project_has(cast: Cast, visitors: Visitors) -> None:
    number = stories.submitted(cast).number
    with clock.stands_at(BEFORE):
        client = visitors("owner.drafter")
        assert "No key holders are appointed yet." in page_of(client, "holders", number)
        form = client.get(reverse("bidding:appoint", args=[number])).context["form"]
        answer = client.post(reverse("bidding:appoint", args=[number]), CHOICE)
    assert list(form.fields) == ["tenderee", "agency", "supervisor", "platform", "other-1", "other-2", "other-3"]
    assert form["tenderee"].value() == CHOICE["tenderee"]  # the only person it could be
    assert answer["Location"] == f"/desk/projects/{number}/holders"
    assert dict(KeyHolder.objects.values_list("kid", "user__username")) == {
        "tenderee": "owner-holder",
        "agency": "agent-holder",
        "supervisor": "supervisor-holder",
        "platform": "center-holder",
    }


def test_another_trusted_organisation_may_hold_a_key(cast: Cast, visitors: Visitors) -> None:
    number = stories.submitted(cast).number
    with clock.stands_at(BEFORE):
        choice = CHOICE | {"other-1": "OR-buyer/PE-buyer-holder"}
        visitors("owner.drafter").post(reverse("bidding:appoint", args=[number]), choice)
    assert KeyHolder.objects.get(seat="other").kid == "other-1"


def test_a_choice_that_lets_one_side_open_is_refused_and_kept(cast: Cast, visitors: Visitors) -> None:
    number = stories.submitted(cast).number
    with clock.stands_at(BEFORE):
        client = visitors("owner.drafter")
        answer = client.post(
            reverse("bidding:appoint", args=[number]), {key: CHOICE[key] for key in ("tenderee", "agency")}
        )
    assert answer.status_code == 422
    assert "The tenderee and its agency hold 2 keys together, and 2 are enough to open." in answer.content.decode()
    assert f'value="{CHOICE["agency"]}" selected' in answer.content.decode()
    assert not KeyHolder.objects.exists()


def test_somebody_who_is_not_offered_cannot_be_chosen(cast: Cast, visitors: Visitors) -> None:
    number = stories.submitted(cast).number
    with clock.stands_at(BEFORE):
        choice = CHOICE | {"tenderee": "OR-acme/PE-acme"}
        answer = visitors("owner.drafter").post(reverse("bidding:appoint", args=[number]), choice)
    assert (answer.status_code, KeyHolder.objects.count()) == (422, 0)


def test_after_the_announcement_nobody_is_appointed(cast: Cast, visitors: Visitors) -> None:
    number = story.announced(cast).project.number
    with clock.stands_at(stories.ANNOUNCED + story.MINUTE):
        client = visitors("owner.drafter")
        shown = page_of(client, "appoint", number)
        answer = client.post(reverse("bidding:appoint", args=[number]), CHOICE)
    assert "its key holders cannot change any more" in shown
    assert answer.status_code == 422


def test_the_ceremony_is_watched_step_by_step(cast: Cast, visitors: Visitors) -> None:
    tender = story.appointed(cast)
    number = tender.project.number
    with clock.stands_at(BEFORE):
        client = visitors("owner.drafter")
        assert "4 keys are still to be made." in page_of(client, "holders", number)
    keyed = story.keyed(cast).project.number
    with clock.stands_at(BEFORE):
        shown = page_of(client, "holders", keyed)
        assert "All keys are in and signed: the tender can be announced." in shown
        assert shown.count("signed</span>") == 4
        row = Ceremony.objects.get(lot__project__number=keyed)
        row.notes = {}
        row.save(update_fields=["notes"])
        assert "The ceremony is still to be signed." in page_of(client, "holders", keyed)


def test_after_the_announcement_it_shows_who_has_rehearsed(cast: Cast, visitors: Visitors) -> None:
    tender = story.announced(cast)
    story.answered(tender, "platform")
    with clock.stands_at(stories.ANNOUNCED + 2 * story.MINUTE):
        shown = page_of(visitors("supervisor"), "holders", tender.project.number)
    assert "4 of 4 signed, 1 of 4 rehearsed" in shown
    assert (shown.count("key works</span>"), shown.count("rehearsal open</span>")) == (1, 3)
    assert "Rehearse again" not in shown


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (story.bidding, "The keys rest until the deadline"),
        (story.closed, "The key holders release their shares."),
        (story.finished, "Nothing more is to be done with the keys."),
    ],
)
def test_the_page_says_what_comes_next_at_every_stage(cast: Cast, visitors: Visitors, prepare, words: str) -> None:
    tender = prepare(cast)
    with clock.stands_at(tender.deadline):
        assert words in page_of(visitors("owner.drafter"), "holders", tender.project.number)


def test_keys_are_rehearsed_again(cast: Cast, visitors: Visitors) -> None:
    tender = story.bidding(cast)
    with clock.stands_at(tender.deadline - stories.DAY):
        client = visitors("owner.drafter")
        assert "Rehearse again" in page_of(client, "holders", tender.project.number)
        answer = client.post(reverse("bidding:rehearse-again", args=[tender.lot.number]))
        assert "0 of 4 rehearsed" in page_of(client, "holders", tender.project.number)
    assert (answer.status_code, KeyRehearsal.objects.count()) == (302, 2)


def test_rehearsing_after_the_deadline_is_refused_with_the_reason(cast: Cast, visitors: Visitors) -> None:
    tender = story.closed(cast)
    with clock.stands_at(tender.deadline + story.MINUTE):
        answer = visitors("owner.drafter").post(reverse("bidding:rehearse-again", args=[tender.lot.number]))
    assert answer.status_code == 422
    assert "Keys are rehearsed between the announcement and the deadline." in answer.content.decode()


def test_the_box_is_opened_by_hand_only_where_that_is_possible(cast: Cast, visitors: Visitors) -> None:
    tender = story.announced(cast)
    with clock.stands_at(stories.ANNOUNCED + story.MINUTE):
        answer = visitors("owner.drafter").post(reverse("bidding:open-box", args=[tender.lot.number]))
    assert (answer.status_code, tender.lot.stage) == (422, "published")


def test_a_lot_that_came_later_gets_its_ceremony(cast: Cast, visitors: Visitors) -> None:
    tender = story.keyed(cast)
    Ceremony.objects.all().delete()
    with clock.stands_at(BEFORE):
        client = visitors("owner.drafter")
        assert "A lot was added after the last key" in page_of(client, "holders", tender.project.number)
        answer = client.post(reverse("bidding:assemble", args=[tender.project.number]))
    assert (answer.status_code, Ceremony.objects.count()) == (302, 1)


def test_assembling_after_the_announcement_is_refused(cast: Cast, visitors: Visitors) -> None:
    tender = story.announced(cast)
    with clock.stands_at(stories.ANNOUNCED):
        answer = visitors("owner.drafter").post(reverse("bidding:assemble", args=[tender.project.number]))
    assert answer.status_code == 422


# -- the announcement ----------------------------------------------------------------------------------


def test_the_announcement_shows_what_it_binds_and_asks_once(cast: Cast, visitors: Visitors) -> None:
    tender = story.keyed(cast)
    number = tender.project.number
    with clock.stands_at(stories.ANNOUNCED):
        client = visitors("owner.approver")
        shown = page_of(client, "announce", number)
        unconfirmed = client.post(reverse("bidding:announce", args=[number]))
        assert tender.lot.stage == "notice_ready"
        done = client.post(reverse("bidding:announce", args=[number]), {"confirmed": "yes"})
        after = page_of(client, "announce", number)
    assert "4 of 4 key holders have signed; 3 open the bids" in shown
    assert (unconfirmed.status_code, done.status_code, tender.lot.stage) == (422, 302, "published")
    assert "The tender is announced" in after


def test_whoever_drafted_reads_why_it_cannot_announce(cast: Cast, visitors: Visitors) -> None:
    tender = story.keyed(cast)
    with clock.stands_at(stories.ANNOUNCED):
        client = visitors("owner.drafter")
        shown = page_of(client, "announce", tender.project.number)
        posted = client.post(reverse("bidding:announce", args=[tender.project.number]), {"confirmed": "yes"})
    assert "Only somebody who may approve for the organisation may do this." in shown
    assert "who drafted may not approve: a second person is needed" in shown
    assert (posted.status_code, tender.lot.stage) == (422, "notice_ready")


def test_without_a_ceremony_nothing_is_announced(cast: Cast, visitors: Visitors) -> None:
    tender = story.appointed(cast)
    with clock.stands_at(stories.ANNOUNCED):
        client = visitors("owner.approver")
        shown = page_of(client, "announce", tender.project.number)
        posted = client.post(reverse("bidding:announce", args=[tender.project.number]), {"confirmed": "yes"})
    assert "there is no key ceremony yet" in shown
    assert posted.status_code == 422


def test_announcing_asks_for_the_password_again(cast: Cast, visitors: Visitors) -> None:
    tender = story.keyed(cast)
    with clock.stands_at(stories.ANNOUNCED):
        client = visitors("owner.approver", proven=False)
        answer = client.post(reverse("bidding:announce", args=[tender.project.number]), {"confirmed": "yes"})
    assert (answer["Location"].split("?")[0], tender.lot.stage) == ("/account/step-up", "notice_ready")


@pytest.mark.parametrize("name", ["buyer.approver", "acme", "expert.one", "owner.holder", "audit"])
def test_the_pages_of_the_buying_side_are_its_own(cast: Cast, visitors: Visitors, name: str) -> None:
    tender = story.opened(cast)
    project, lot = tender.project.number, tender.lot.number
    with clock.stands_at(tender.deadline + 3 * story.MINUTE):
        client = visitors(name)
        got = [
            client.get(reverse(f"bidding:{page}", args=[number])).status_code
            for page, number in (
                ("holders", project), ("appoint", project), ("announce", project), ("opening", lot), ("deposits", lot),
            )
        ]  # fmt: skip
        sent = [
            client.post(reverse(f"bidding:{page}", args=[number])).status_code
            for page, number in (
                ("assemble", project), ("announce", project), ("rehearse-again", lot), ("open-box", lot),
                ("finish-opening", lot), ("match-statement", lot), ("lock-deposits", lot),
            )
        ]  # fmt: skip
        one = client.get(reverse("bidding:deposit", args=[lot, "OR-acme", "release"])).status_code
    assert (got, sent, one) == ([404] * 5, [404] * 7, 404)


@pytest.mark.parametrize("name", ["supervisor", "center"])
def test_whoever_watches_changes_nothing(cast: Cast, visitors: Visitors, name: str) -> None:
    tender = story.keyed(cast)
    number = tender.project.number
    with clock.stands_at(BEFORE):
        client = visitors(name)
        shown = page_of(client, "holders", number)
        statuses = [
            client.post(reverse(f"bidding:{page}", args=[number])).status_code
            for page in ("appoint", "assemble", "announce")
        ]
    assert ("Appoint anew" in shown, statuses) == (False, [404, 404, 404])


# -- deposits ------------------------------------------------------------------------------------------

STATEMENT = "甲建工集团有限公司\t500,000.00\t2026-03-20 15:04\tTX-1\n某某公司\t500000\t2026-03-20\n\n乙路桥有限公司,400000,2026-03-20 10:00\n"


def deposits_of(tender: story.Tender) -> dict[str, str]:
    return dict(Deposit.objects.filter(lot=tender.lot).values_list("organisation__number", "state"))


def test_a_statement_is_matched_and_what_fits_nothing_is_shown(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    with clock.stands_at(tender.deadline + stories.DAY):
        client = visitors("owner.drafter")
        answer = client.post(reverse("bidding:match-statement", args=[tender.lot.number]), {"statement": STATEMENT})
    shown = answer.content.decode()
    assert deposits_of(tender) == {"OR-acme": "paid", "OR-bolt": "due", "OR-cedar": "due"}
    assert [row.account_name for row in answer.context["left"]] == ["某某公司", "乙路桥有限公司"]
    assert "Fits no deposit" in shown


def test_every_line_that_cannot_be_read_is_named(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    broken = "甲\n乙,一百,2026-03-20\n丙,5,today\n丁,NaN,2026-03-20\n"
    with clock.stands_at(tender.deadline + stories.DAY):
        client = visitors("owner.drafter")
        answer = client.post(reverse("bidding:match-statement", args=[tender.lot.number]), {"statement": broken})
    assert [str(text) for text in answer.context["reasons"]] == [
        "Line 1: three or four columns are expected: account, amount, time, reference",
        "Line 2: “一百” is not an amount",
        "Line 3: “today” is not a time",
        "Line 4: “NaN” is not an amount",
    ]
    assert (answer.status_code, broken.splitlines()[1] in answer.content.decode()) == (422, True)


def test_an_empty_or_endless_statement_is_refused(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    address = reverse("bidding:match-statement", args=[tender.lot.number])
    with clock.stands_at(tender.deadline + stories.DAY):
        client = visitors("owner.drafter")
        answers = [client.post(address, {"statement": text}) for text in ("", "a,1,2026-01-01\n" * 2001)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert "A statement has at most 2000 lines here." in answers[1].content.decode()


def test_a_deposit_goes_from_the_arrival_to_its_lock(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    lot = tender.lot.number
    row = {"account_name": cast["acme"].name, "amount": "500000", "arrived_at": "2026-03-20T15:04", "reference": "TX-1"}
    guarantee = {"number": "BH-2026-1", "amount": "500000", "verify_url": "https://guarantee.example/BH-2026-1"}
    with clock.stands_at(tender.deadline + stories.DAY):
        client = visitors("owner.drafter")
        wrong = client.post(reverse("bidding:deposit", args=[lot, "OR-acme", "match"]), row | {"amount": "1"})
        client.post(reverse("bidding:deposit", args=[lot, "OR-acme", "match"]), row)
        client.post(reverse("bidding:deposit", args=[lot, "OR-bolt", "guarantee"]), guarantee)
        assert "Lock the matched deposits" in page_of(client, "deposits", lot)
        client.post(reverse("bidding:lock-deposits", args=[lot]))
    assert wrong.status_code == 422
    assert "1 arrived, 500000.00 are required" in wrong.content.decode()
    assert deposits_of(tender) == {"OR-acme": "locked", "OR-bolt": "locked", "OR-cedar": "due"}


def test_a_locked_deposit_goes_back_or_is_kept_only_with_a_ground(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    lot = tender.lot.number
    Deposit.objects.filter(lot=tender.lot).update(state="locked", amount=Decimal(500_000))
    with clock.stands_at(tender.deadline + stories.DAY):
        client = visitors("owner.drafter")
        back = client.post(reverse("bidding:deposit", args=[lot, "OR-acme", "release"]), {"interest": "0"})
        kept = client.post(
            reverse("bidding:deposit", args=[lot, "OR-acme", "forfeit"]), {"ground": "revoked", "because": "撤销"}
        )
        converted = client.post(reverse("bidding:deposit", args=[lot, "OR-acme", "convert"]), {"because": "履约保证金"})
    assert [answer.status_code for answer in (back, kept, converted)] == [422, 422, 422]
    assert "the deposit stays until the contract is signed" in back.content.decode()
    assert "nothing on record shows that the bid was revoked after the deadline" in kept.content.decode()
    assert "only the winner&#x27;s deposit is converted" in converted.content.decode()
    assert set(deposits_of(tender).values()) == {"locked"}


def test_a_deposit_is_kept_from_a_bidder_that_gave_up(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    lot = tender.lot.number
    Deposit.objects.filter(lot=tender.lot).update(state="locked")
    with clock.stands_at(tender.deadline + stories.DAY):
        bidder, owner = visitors("acme"), visitors("owner.drafter")
        empty = bidder.post(reverse("bidding:give-up", args=[lot]), {"because": ""})
        bidder.post(reverse("bidding:give-up", args=[lot]), {"because": "不再参加"})
        done = owner.post(
            reverse("bidding:deposit", args=[lot, "OR-acme", "forfeit"]), {"ground": "revoked", "because": "放弃投标"}
        )
        shown = page_of(owner, "deposits", lot)
        own = page_of(bidder, "bid", lot)
    assert (empty.status_code, done.status_code) == (422, 302)
    assert deposits_of(tender)["OR-acme"] == "forfeited"
    assert "the bid was revoked after the deadline" in shown
    assert ("不再参加" in own, "forfeited" in own) == (True, True)


@pytest.mark.parametrize(("bidder", "action"), [("OR-acme", "burn"), ("OR-elm", "release"), ("OR-none", "match")])
def test_a_deposit_or_a_step_that_does_not_exist_is_not_found(
    cast: Cast, visitors: Visitors, bidder: str, action: str
) -> None:
    tender = story.opened(cast)
    with clock.stands_at(tender.deadline + stories.DAY):
        answer = visitors("owner.drafter").get(reverse("bidding:deposit", args=[tender.lot.number, bidder, action]))
    assert answer.status_code == 404


def test_a_date_that_passed_is_marked(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    Deposit.objects.filter(lot=tender.lot).update(state="locked", release_by=tender.deadline)
    with clock.stands_at(tender.deadline + stories.DAY):
        shown = page_of(visitors("center"), "deposits", tender.lot.number)
    assert "overdue" in shown


def test_the_form_of_a_deposit_begins_with_what_is_required(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    with clock.stands_at(tender.deadline + stories.DAY):
        shown = page_of(visitors("owner.drafter"), "deposit", tender.lot.number, "OR-acme", "match")
    assert 'value="500000.00"' in shown
