from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from bidding import contents, opening, queries
from bidding.models import Deposit, OpenedBid, OpenedFile, Payload
from bidding.queries import opened_bids, published_releases, valid_bids
from bidding.rules.opening_document import read_opening
from core import storage
from core.canonical import b64u_encode, digest, dumps
from core.errors import Refused
from core.models import Job, OutboxEntry
from core.notes import sign_statement
from tests.stories import bidding as story
from trading import holding, moves
from trading.models import Notice
from trading.names import HoldGround, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

MINUTE = timedelta(minutes=1)
FOUR = {**story.PRICES, "delta": "1020000.00"}


def spoilt(tender: story.Tender, bidder: str, spoil: Callable[[dict[str, object]], None], payload: bytes = b"") -> None:
    """Hand in a seal whose document was changed before it was signed, and perhaps another file."""
    sealed = story.seal(tender, bidder, "900000.00")
    fields = json.loads(sealed.seal.data)
    if payload:
        import hashlib

        sealed = replace(sealed, payload=payload)
        fields["envelopes"][0] |= {"sha256": hashlib.sha256(payload).hexdigest(), "size": len(payload)}
    spoil(fields["envelopes"][0])
    document = dumps(fields)
    changed = replace(
        sealed,
        seal=replace(sealed.seal, data=document),
        note=sign_statement("seal", digest(document), key=tender.bidders[bidder]),
    )
    story.uploaded(tender, changed)
    story.handed_in(tender, changed)


def nothing(_: dict[str, object]) -> None:
    """Change nothing."""


def bad_wrap(envelope: dict[str, object]) -> None:
    envelope["deal"][0]["ct"] = b64u_encode(bytes(48))  # type: ignore[index]


def bad_commitment(envelope: dict[str, object]) -> None:
    envelope["commit"] = b64u_encode(bytes(32))


def release_all(tender: story.Tender, *kids: str) -> None:
    for kid in kids or sorted(tender.holders):
        story.release(tender, kid)


def unseal(tender: story.Tender, *, after: timedelta = 2 * MINUTE) -> None:
    opening.unseal(tender.lot.pk, at=tender.deadline + after)


def results(tender: story.Tender) -> dict[str, tuple[str, str]]:
    return {bid.bidder.number[3:]: (bid.status, bid.outcome) for bid in opened_bids(tender.lot)}


# -- what opens ----------------------------------------------------------------------------------------


def test_every_price_is_read_out_as_it_was_sealed(cast: Cast) -> None:
    tender = story.opened(cast)
    assert {bid.bidder.number: bid.price for bid in opened_bids(tender.lot)} == {
        "OR-acme": Decimal("970000.00"),
        "OR-bolt": Decimal("985000.00"),
        "OR-cedar": Decimal("1010000.00"),
    }
    assert tender.lot.stage == "opening"
    assert tender.opening.state == "opened"


def test_opening_json_and_its_entry_say_what_was_opened(cast: Cast) -> None:
    tender = story.opened(cast)
    box = contents.of(tender.lot)
    document = read_opening(bytes(tender.opening.document), ceremony=box.ceremony, close=box.close)
    entry = json.loads(bytes(OutboxEntry.objects.get(event="tender.opened").entry))
    assert [result.status for result in document.results] == ["opened"] * 3
    assert [result.seal for result in document.results] == list(box.close.accepted)
    assert entry["data"] == {"opening": document.digest, "stage": 1}
    assert {bid.plain_digest for bid in OpenedBid.objects.all()} == {r.plain_sha256 for r in document.results}


def test_bids_are_read_out_in_the_order_of_commitment(cast: Cast) -> None:
    tender = story.opened(cast, prices=FOUR)
    expected = [seal.digest for seal in contents.of(tender.lot).in_order_of_commitment()]
    assert list(opened_bids(tender.lot).values_list("seal_id", flat=True)) == expected


def test_the_files_of_an_opened_bid_are_kept_for_the_committee(cast: Cast) -> None:
    tender = story.bidding(cast)
    story.submitted(tender, "acme", files={"form.json": story.form("970000"), "plan.pdf": b"%PDF plan"})
    for name in ("bolt", "cedar"):
        story.submitted(tender, name)
    story.close(tender)
    release_all(tender)
    unseal(tender)
    files = OpenedFile.objects.filter(bid=tender.bid("acme")).order_by("pk")
    assert [(file.name, storage.read_bytes(file.file_id)) for file in files] == [
        ("form.json", story.form("970000")),
        ("plan.pdf", b"%PDF plan"),
    ]


def test_declared_deposits_appear_with_the_opening_and_not_before(cast: Cast) -> None:
    tender = story.released(cast)
    before = Deposit.objects.count()
    unseal(tender)
    shown = Deposit.objects.values_list("organisation__number", "amount", "required", "state")
    assert before == 0
    assert sorted(shown) == [
        (f"OR-{name}", Decimal("500000.00"), Decimal("500000.00"), "due") for name in ("acme", "bolt", "cedar")
    ]


def test_a_second_unsealing_finds_it_done(cast: Cast) -> None:
    tender = story.opened(cast)
    unseal(tender)
    assert OutboxEntry.objects.filter(event="tender.opened").count() == 1
    assert OpenedBid.objects.count() == 3


@pytest.mark.parametrize("kids", list(combinations(("agency", "platform", "supervisor", "tenderee"), 3)))
def test_any_three_of_four_holders_open_every_bid(cast: Cast, kids: tuple[str, ...]) -> None:
    tender = story.opened(cast, kids=kids)
    assert results(tender) == dict.fromkeys(story.PRICES, ("opened", "valid"))


def test_without_an_agent_two_of_three_holders_open(cast: Cast) -> None:
    seats = [seat for seat in story.SEATS if seat != "agency"]
    tender = story.opened(cast, seats=seats)
    assert (tender.ceremony.k, tender.ceremony.n) == (2, 3)
    assert results(tender) == dict.fromkeys(story.PRICES, ("opened", "valid"))


def test_two_of_four_holders_open_nothing(cast: Cast) -> None:
    tender = story.released(cast, kids=("agency", "tenderee"))
    unseal(tender)
    assert (tender.opening.state, list(opened_bids(tender.lot))) == ("waiting", [])


def test_the_third_release_asks_for_the_unsealing_and_shows_nothing_by_itself(cast: Cast) -> None:
    tender = story.released(cast)
    assert list(Job.objects.values_list("task", "arguments")) == [("bidding.unseal", {"lot_id": tender.lot.pk})]
    assert list(published_releases(tender.lot)) == []
    unseal(tender)
    assert published_releases(tender.lot).count() == 3


# -- statuses and outcomes -----------------------------------------------------------------------------


def test_a_bid_with_a_bad_wrap_is_revoked_and_the_holder_it_was_meant_for_is_named(cast: Cast) -> None:
    tender = story.sealed(cast)
    spoilt(tender, "delta", bad_wrap)
    story.close(tender)
    release_all(tender)
    unseal(tender)
    assert results(tender)["delta"] == ("invalid_dealing", "revoked")
    assert [fault["malformed_for"] for fault in tender.opening.faults] == [["agency"]]
    assert tender.bid("delta").price is None


def test_a_bid_whose_file_does_not_decrypt_is_revoked(cast: Cast) -> None:
    tender = story.sealed(cast)
    payload = story.seal(tender, "delta").payload  # sealed under other secrets than the one handed in
    spoilt(tender, "delta", nothing, payload)
    story.close(tender)
    release_all(tender)
    unseal(tender)
    assert results(tender)["delta"] == ("payload_invalid", "revoked")


def test_a_file_that_the_platform_lost_withdraws_the_bid_when_the_time_is_over(cast: Cast) -> None:
    tender = story.sealed(cast, prices=FOUR)
    storage.path_of(Payload.in_box.get(seal=tender.live("delta")).file_id).unlink()
    story.close(tender)
    release_all(tender)
    unseal(tender)
    waiting = (tender.opening.state, tender.opening.pending, list(opened_bids(tender.lot)))
    unseal(tender, after=timedelta(minutes=31))
    assert waiting == ("unsealing", 1, [])
    assert results(tender)["delta"] == ("payload_missing", "withdrawn")


def test_a_bidder_may_bring_lost_bytes_again_until_the_time_is_over(cast: Cast) -> None:
    tender = story.sealed(cast)
    sealed = story.seal(tender, "delta", "950000.00")
    story.uploaded(tender, sealed)
    story.handed_in(tender, sealed)
    storage.path_of(sealed.seal.envelopes[0].sha256).unlink()
    story.close(tender)
    release_all(tender)
    unseal(tender)
    story.uploaded(tender, sealed, at=tender.deadline + 5 * MINUTE)
    unseal(tender, after=6 * MINUTE)
    assert (tender.bid("delta").status, tender.bid("delta").price) == ("opened", Decimal("950000.00"))


def test_an_unopenable_bid_waits_for_the_last_holder_and_is_then_revoked(cast: Cast) -> None:
    tender = story.sealed(cast)
    spoilt(tender, "delta", bad_commitment)
    story.close(tender)
    release_all(tender, "agency", "platform", "tenderee")
    unseal(tender)
    waiting = (tender.opening.state, tender.opening.pending)
    release_all(tender, "supervisor")
    unseal(tender)
    assert waiting == ("unsealing", 1)
    assert results(tender)["delta"] == ("unopenable", "revoked")
    assert tender.bid("delta").secret == ""


def test_an_unopenable_bid_is_settled_when_the_time_for_waiting_is_over(cast: Cast) -> None:
    tender = story.sealed(cast)
    spoilt(tender, "delta", bad_commitment)
    story.close(tender)
    release_all(tender, "agency", "platform", "tenderee")
    unseal(tender, after=timedelta(minutes=30))
    assert results(tender)["delta"] == ("unopenable", "revoked")


def false_release(tender: story.Tender, kid: str, *, share: str | None) -> None:
    """Release wrong words for acme's bid: another share, or that its wrap does not open."""
    document, _ = story.release_document(tender, kid)
    fields = json.loads(document)
    acme = tender.live("acme")
    for item in fields["shares"]:
        if acme is not None and item["seal"] == acme.digest:
            item["share"] = share
    document = dumps(fields)
    keys = tender.holders[kid]
    from bidding import releasing

    releasing.release(
        tender.lot.pk,
        kid=kid,
        document=document,
        note=sign_statement("release", digest(document), key=keys.signing),
        actor=tender.cast.actor(keys.name),
        at=tender.deadline + MINUTE,
    )


@pytest.mark.parametrize(("share", "named"), [(b64u_encode(bytes(32)), "false_shares"), (None, "false_nulls")])
def test_a_holder_that_lies_is_named_and_cannot_stop_the_bid(cast: Cast, share: str | None, named: str) -> None:
    tender = story.closed(cast)
    false_release(tender, "agency", share=share)
    release_all(tender, "platform", "tenderee")
    unseal(tender)
    pending = tender.opening.pending
    release_all(tender, "supervisor")
    unseal(tender)
    assert pending == 1
    assert results(tender)["acme"] == ("opened", "valid")
    assert [fault[named] for fault in tender.opening.faults] == [["agency"]]


def test_an_unopenable_bid_beside_a_lying_holder_counts_as_withdrawn(cast: Cast) -> None:
    tender = story.sealed(cast, prices=FOUR)
    spoilt(tender, "elm", bad_commitment)
    story.close(tender)
    false_release(tender, "agency", share=None)
    release_all(tender, "platform", "supervisor", "tenderee")
    unseal(tender)
    assert results(tender)["elm"] == ("unopenable", "withdrawn")


# -- the form ------------------------------------------------------------------------------------------


def problems(tender: story.Tender, bidder: str) -> list[str]:
    return [problem["msgid"] for problem in tender.bid(bidder).problems]


def test_a_form_that_cannot_be_read_leaves_the_bid_opened_without_a_price(cast: Cast) -> None:
    tender = story.sealed(cast)
    story.submitted(tender, "delta", files={"form.json": b'{"price":'})
    story.submitted(tender, "elm", files={"offer.pdf": b"%PDF"})
    story.close(tender)
    release_all(tender)
    unseal(tender)
    assert [(tender.bid(name).status, tender.bid(name).price) for name in ("delta", "elm")] == [("opened", None)] * 2
    assert problems(tender, "delta") == ["The offer form is not JSON."]
    assert problems(tender, "elm") == ["The bid holds no offer form."]


def test_an_offer_in_another_currency_has_no_price_to_compare(cast: Cast) -> None:
    tender = story.sealed(cast)
    story.submitted(tender, "delta", currency="USD")
    story.close(tender)
    release_all(tender)
    unseal(tender)
    assert (tender.bid("delta").price, tender.bid("delta").currency) == (None, "USD")
    assert problems(tender, "delta") == ["The offer is in {found}, the tender asks for {asked}."]


# -- too few -------------------------------------------------------------------------------------------


def test_when_too_few_bids_open_the_run_fails_and_no_value_is_shown(cast: Cast) -> None:
    tender = story.sealed(cast, prices={"acme": "970000.00", "bolt": "985000.00"})
    spoilt(tender, "delta", bad_wrap)
    story.close(tender)
    release_all(tender)
    unseal(tender)
    rows = list(OpenedBid.objects.values_list("price", "secret", "form", "currency", "plain_digest"))
    record = Notice.objects.get(code="OPENING").data
    assert tender.lot.stage == "failed"
    assert rows == [(None, "", {}, "", "")] * 3
    assert (OpenedFile.objects.count(), Deposit.objects.count()) == (0, 0)
    assert (bytes(tender.opening.document), tender.opening.digest) == (b"", "")
    assert OutboxEntry.objects.filter(event="tender.opened").count() == 0
    assert {bid["price"] for bid in record["bids"]} == {None}
    assert "970000" not in json.dumps(record)
    assert list(published_releases(tender.lot)) == []
    assert sorted(Notice.objects.filter(lot=tender.lot).values_list("code", flat=True)) == ["FAIL", "OPENING"]


def test_three_bids_of_one_brand_are_one_supplier_in_procurement(cast: Cast) -> None:
    tender = story.released(cast, Kind.GP_OPEN, forms={"brand": "联想"})
    unseal(tender)
    assert tender.lot.stage == "failed"


# -- waiting for holders -------------------------------------------------------------------------------


def test_with_too_few_releases_in_time_the_opening_is_postponed_for_all_and_holders_are_named(cast: Cast) -> None:
    tender = story.released(cast, kids=("agency",))
    early = opening.take_overdue(at=tender.deadline + timedelta(minutes=29))
    late = opening.take_overdue(at=tender.deadline + timedelta(minutes=30))
    entry = json.loads(bytes(OutboxEntry.objects.get(event="bidding.opening.postponed").entry))
    assert (early, late, tender.opening.state) == (0, 1, "postponed")
    assert entry["data"]["missing"] == ["platform", "supervisor", "tenderee"]
    assert list(opened_bids(tender.lot)) == []


def test_a_postponed_opening_goes_on_when_enough_holders_have_released(cast: Cast) -> None:
    tender = story.released(cast, kids=("agency", "platform"))
    opening.take_overdue(at=tender.deadline + timedelta(minutes=30))
    story.release(tender, "tenderee", at=tender.deadline + timedelta(days=2))
    unseal(tender, after=timedelta(days=2))
    assert results(tender) == dict.fromkeys(story.PRICES, ("opened", "valid"))


def test_after_a_late_third_release_the_last_holder_still_has_its_time(cast: Cast) -> None:
    tender = story.sealed(cast)
    spoilt(tender, "delta", bad_commitment)
    story.close(tender)
    release_all(tender, "agency", "platform")
    opening.take_overdue(at=tender.deadline + timedelta(minutes=30))
    story.release(tender, "tenderee", at=tender.deadline + timedelta(days=2))
    unseal(tender, after=timedelta(days=2, minutes=1))
    assert (tender.opening.state, tender.opening.pending) == ("unsealing", 1)
    assert tender.opening.rescue_until == tender.deadline + timedelta(days=2, minutes=30)


def test_a_hold_keeps_the_bids_closed_until_it_is_lifted(cast: Cast) -> None:
    tender = story.released(cast)
    from django.db import transaction

    at = tender.deadline + MINUTE
    actor = cast.actor("supervisor")
    with transaction.atomic(durable=True):
        hold = holding.place(tender.lot, actor=actor, at=at, ground=HoldGround.FAULT, because="停电")
    unseal(tender)
    held = list(opened_bids(tender.lot))
    with transaction.atomic(durable=True):
        holding.lift(hold.pk, actor=actor, at=at + MINUTE, because="恢复")
    opening.take_overdue(at=tender.deadline + 3 * MINUTE)
    assert held == []
    assert results(tender) == dict.fromkeys(story.PRICES, ("opened", "valid"))


# -- the end of the session ----------------------------------------------------------------------------


def test_the_end_of_the_session_publishes_the_record_and_moves_the_lot_on(cast: Cast) -> None:
    tender = story.finished(cast)
    notice = Notice.objects.get(code="OPENING")
    assert tender.lot.stage == "opened"
    assert [bid["price"] for bid in notice.data["bids"]] == [f"{bid.price}" for bid in opened_bids(tender.lot)]
    assert tender.opening.finished_at == tender.deadline + timedelta(minutes=30)


def test_procurement_goes_on_to_qualification(cast: Cast) -> None:
    assert story.finished(cast, Kind.GP_OPEN).lot.stage == "qualification"


def test_the_session_does_not_end_before_the_bids_are_opened(cast: Cast) -> None:
    tender = story.released(cast)
    with pytest.raises(Refused) as refusal:
        opening.finish(tender.lot.pk, at=tender.deadline + 2 * MINUTE)
    assert refusal.value.reasons == ("The bids are not opened yet.",)


def test_what_the_rule_sheet_hears_of_an_opening_counts_valid_bids(cast: Cast) -> None:
    tender = story.opened(cast)
    state = queries.opening_state(tender.opening)
    assert (state.pending, state.opened, state.objections_open, state.brands) == (0, 3, 0, ("", "", ""))
    assert valid_bids(tender.lot).count() == 3
    assert moves.due_of(tender.lot, at=tender.deadline) is None


# -- what overtakes an unsealing -----------------------------------------------------------------------


def overtaken(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen once, after the bids were unsealed and before that is written down."""
    conclude, done = opening._conclude, []

    def late(*args: object, **kwargs: object) -> object:
        if not done:
            done.append(happens())
        return conclude(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(opening, "_conclude", late)


def test_a_release_that_comes_while_bids_are_unsealed_is_taken_into_account(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tender = story.released(cast)
    overtaken(monkeypatch, lambda: story.release(tender, "tenderee"))
    unseal(tender)
    assert published_releases(tender.lot).count() == 4
    assert results(tender) == dict.fromkeys(story.PRICES, ("opened", "valid"))


def test_a_hold_that_is_placed_while_bids_are_unsealed_keeps_them_shut(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import transaction

    tender = story.released(cast)

    def hold() -> None:
        with transaction.atomic(durable=True):
            holding.place(
                tender.lot,
                actor=cast.actor("supervisor"),
                at=tender.deadline + MINUTE,
                ground=HoldGround.FAULT,
                because="停电",
            )

    overtaken(monkeypatch, hold)
    with pytest.raises(Refused) as refusal:
        unseal(tender)
    assert refusal.value.reasons == ("The opening was stopped in the meantime.",)
    assert OpenedBid.objects.count() == 0


def test_what_another_worker_has_opened_is_left_as_it_is(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    tender = story.released(cast)
    conclude = opening._conclude

    def other_was_first() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(opening, "_conclude", conclude)
            unseal(tender)

    overtaken(monkeypatch, other_was_first)
    unseal(tender)
    assert OutboxEntry.objects.filter(event="tender.opened").count() == 1
    assert OpenedBid.objects.count() == 3


def test_the_job_opens_what_the_holders_released(cast: Cast) -> None:
    from core import clock

    tender = story.released(cast)
    with clock.stands_at(tender.deadline + 2 * MINUTE):
        opening.unseal_job(lot_id=tender.lot.pk)
    assert tender.opening.state == "opened"


def test_an_opening_with_enough_releases_is_not_postponed(cast: Cast) -> None:
    tender = story.released(cast)
    for at in (tender.deadline + MINUTE, tender.deadline + timedelta(hours=1)):
        assert opening.postpone(tender.lot.pk, at=at).state == "waiting"


def test_the_seats_of_a_person_are_found_newest_project_first(cast: Cast) -> None:
    first, second = story.appointed(cast), story.appointed(cast)
    seats = queries.holder_seats(cast.user("owner.holder"))
    assert [seat.project for seat in seats] == [second.project, first.project]
    with pytest.raises(Refused):
        contents.of(first.lot)
    assert queries.ceremony_state(first.lot).of == 0


def test_a_job_that_was_lost_is_made_up_for_by_the_sweep(cast: Cast) -> None:
    tender = story.released(cast)
    at_once = opening.take_overdue(at=tender.deadline + MINUTE)
    later = opening.take_overdue(at=tender.deadline + 2 * MINUTE)
    assert (at_once, later, tender.opening.state) == (0, 1, "opened")


def test_one_lot_that_fails_holds_up_no_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tender = story.released(cast)
    overtaken(monkeypatch, lambda: 1 / 0)
    monkeypatch.setattr("bidding.opening.log.disabled", False)
    assert opening.take_overdue(at=tender.deadline + timedelta(hours=1)) == 1
    assert "does not go on" in caplog.text
    assert opening.take_overdue(at=tender.deadline + timedelta(hours=1)) == 1
