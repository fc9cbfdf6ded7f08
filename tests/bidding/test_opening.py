"""What opens, what it says, and the end of the session."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from bidding import contents, opening, queries
from bidding.models import Deposit, OpenedBid, OpenedFile
from bidding.queries import opened_bids, published_releases, valid_bids
from bidding.rules.opening_document import read_opening
from core import storage
from core.errors import Refused
from core.models import Job, OutboxEntry
from tests.bidding.spoiling import FOUR, MINUTE, bad_wrap, release_all, results, spoilt, unseal
from tests.stories import bidding as story
from trading import moves
from trading.models import Notice
from trading.names import Kind

if TYPE_CHECKING:
    from tests.cast import Cast


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


@pytest.mark.parametrize("spoilt_form", [{"files": {"form.json": b'{"price":'}}, {"currency": "USD"}])
def test_a_bid_without_a_price_does_not_keep_the_session_from_ending(cast: Cast, spoilt_form: dict[str, Any]) -> None:
    tender = story.sealed(cast)
    story.submitted(tender, "delta", **spoilt_form)
    story.close(tender)
    release_all(tender)
    unseal(tender)
    actor = cast.actor("owner.approver")
    record = opening.finish(tender.lot.pk, actor=actor, at=tender.deadline + 30 * MINUTE).data
    rows = {row["bidder_number"]: (row["price"], len(row["problems"])) for row in record["bids"]}
    assert rows == {
        "OR-acme": ("970000.00", 0), "OR-bolt": ("985000.00", 0), "OR-cedar": ("1010000.00", 0), "OR-delta": (None, 1),
    }  # fmt: skip
    assert tender.lot.stage == "opened"


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
