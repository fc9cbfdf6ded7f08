from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from core.money import Money
from disclosure import announcements, outcomes, results
from disclosure.notice_sheets import parts_of
from disclosure.sheets import NOT_STATED, Facts, Reader, Table, Words, instant, money, named, said
from evaluation import awarding
from tests.stories import disclosure as story
from tests.stories import trading as stories
from trading import clarifying, ending, holding
from trading.models import Notice
from trading.names import Code, HoldGround, Kind, RefusalGround, TerminationGround

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

DURING = stories.ANNOUNCED + stories.DAY
OPENING_BID = {"ordinal": 1, "bidder": "甲", "price": None, "outcome": "revoked", "decrypt_result": "payload_invalid"}


def leftovers() -> dict[str, object]:
    """Keys of any published notice that no field of its sheet shows."""
    found = {}
    for notice in Notice.objects.order_by("pk"):
        found |= {
            f"{notice.code}.{key}": value
            for part in parts_of(notice)
            if part.title == "Further particulars"
            for key, value in part.rows
        }
    return found


@pytest.mark.parametrize("kind", list(Kind))
def test_everything_that_a_run_publishes_has_its_field(cast: Cast, kind: Kind) -> None:
    story.run(
        cast, kind, against=story.OUT if kind is Kind.CT else None, **(story.work.BENCHMARK if kind is Kind.CT else {})
    )
    assert leftovers() == {}
    published = set(Notice.objects.values_list("code", flat=True))
    wanted = {"NOTICE", "OPENING", "AWARD", "AWARD_LETTER", "CONTRACT", "PERFORM"}
    assert published == wanted | ({"CANDIDATE"} if kind is Kind.CT else {"PLAN"})


def test_amendments_holds_and_ends_have_their_fields(cast: Cast, standing: Callable) -> None:
    project = stories.announced(cast)
    owner, approver, supervisor = cast.actor("owner.drafter"), cast.actor("owner.approver"), cast.actor("supervisor")
    with standing(DURING):
        draft = clarifying.draft_amendment(project.pk, actor=owner, at=DURING, body="质量改为优良", affects_bids=False)
        clarifying.publish_amendment(draft.pk, actor=approver, at=DURING)
        hold = holding.order(
            project.lots.get().pk,
            actor=supervisor,
            at=DURING,
            ground=HoldGround.COMPLAINT_ORDER,
            because="投诉受理",
            order_number="建监〔2026〕3号",
        )
        holding.lift_order(hold.pk, actor=supervisor, at=DURING, because="处理完毕")
        ending.terminate(project.pk, actor=approver, at=DURING, ground=TerminationGround.FORCE_MAJEURE, because="地震")
    assert leftovers() == {}
    codes = list(Notice.objects.order_by("pk").values_list("code", flat=True))
    assert codes == ["NOTICE", "AMEND", "SUSPEND", "RESUME", "TERMINATE"]
    amend, suspend, resume = (parts_of(Notice.objects.get(code=code)) for code in codes[1:4])
    assert Words("What changes", "质量改为优良") in amend
    assert ("Written order", "建监〔2026〕3号") in suspend[1].rows
    assert ("Ground", "Ordered by the supervising department") in suspend[1].rows
    assert ("Reason", "处理完毕") in resume[1].rows


def test_a_fallen_award_has_its_notice_with_winner_and_ground(cast: Cast) -> None:
    case = story.work.notified(cast)
    at = story.work.later(case)
    awarding.winner_refuses(case.lot.pk, ground=RefusalGround.GAVE_UP, because="来函放弃", actor=case.approver, at=at)
    _, fell = parts_of(Notice.objects.get(code=Code.AWARD_FELL))
    assert isinstance(fell, Facts)
    assert fell.rows == (
        ("Winner until then", "乙路桥有限公司\uff08TEST 91530100MA6K0012B2\uff09"),
        ("Amount", Money(Decimal("27500000.00"))),
        ("Rank", 1),
        ("Ground", "The winner gave up the award"),
        ("Reason", "来函放弃"),
    )
    assert [str(result.title) for result in outcomes.outcomes_of(case.lot)][:2] == [
        "Notice that an award fell",
        "Award announcement",
    ]


def test_a_tender_notice_states_what_the_law_asks_in_order(cast: Cast) -> None:
    stories.announced(cast)
    parts = parts_of(Notice.objects.get(code=Code.NOTICE))
    assert [str(part.title) for part in parts] == [
        "Basics",
        "What is tendered",
        "Lot 1: 1标段",
        "Who may bid",
        "Documents and bids",
        "Declarations",
        "Clause check",
        "Evaluation",
        "Criteria",
        "Contact",
    ]
    lot = parts[2]
    assert isinstance(lot, Facts)
    assert lot.rows == (
        ("Lot number", Notice.objects.get().data["lots"][0]["number"]),
        ("Deadline for bids", stories.DEADLINE),
        ("Estimated value", Money(Decimal("30000000.00"))),
        ("Ceiling price", Money(Decimal("29000000.00"))),
        ("Bid security", Money(Decimal("500000.00"))),
        ("Duration", "180日历天"),
        ("Quality", "合格"),
    )


def test_a_required_field_without_content_says_so(cast: Cast) -> None:
    stories.announced(cast)
    notice = Notice.objects.get()
    notice.data = notice.data | {"scope": "", "contact_name": ""}
    rows = {str(label): value for part in parts_of(notice) if isinstance(part, Facts) for label, value in part.rows}
    assert (rows["Scope"], rows["Contact person"]) == (NOT_STATED, NOT_STATED)


def test_what_no_field_knows_is_shown_all_the_same(cast: Cast) -> None:
    stories.announced(cast)
    notice = Notice.objects.get()
    notice.data = notice.data | {"parking": {"places": 3}, "guests": ["甲", "乙"]}
    assert parts_of(notice)[-1].rows == (("parking", "places: 3"), ("guests", "甲, 乙"))


def test_a_bill_of_quantities_is_a_table(cast: Cast) -> None:
    stories.announced(cast)
    notice = Notice.objects.get()
    notice.data["lots"][0]["bill"] = [{"item": "沥青面层", "unit": "m2", "quantity": "1200.5"}]
    bill = next(part for part in parts_of(notice) if part.title == "Bill of lot 1")
    assert isinstance(bill, Table)
    assert bill.rows == (("沥青面层", "m2", "1200.5"),)


def test_the_source_of_a_rehearsal_is_stated(cast: Cast) -> None:
    stories.announced(cast, source={"letting_date": "2019-01-15"})
    parts = parts_of(Notice.objects.get())
    assert parts[-1] == Facts("Source", (("letting_date", "2019-01-15"),))


def test_a_bid_that_did_not_open_says_what_became_of_it() -> None:
    record = results.read_out([OPENING_BID], "CNY")
    assert record.rows[0][-1] == "revoked: the file does not open as sealed"


def test_holders_and_bids_are_named_for_their_faults() -> None:
    read = Reader(
        {"faults": [{"seal": "ab", "false_shares": ["agency"], "malformed_for": [], "false_nulls": ["platform"]}]}
    )
    parts = list(results.opening_record(read))
    faults = next(part for part in parts if part.title == "Faults named at the opening")
    assert faults.rows == (("ab", "false shares from agency"), ("ab", "share wrongly called missing by platform"))


def test_remarks_at_the_opening_stand_with_their_answers() -> None:
    remark = {
        "by": "甲",
        "body": "报价读错",
        "made_at": "2026-03-24T01:35:00.000000Z",
        "answer": "已更正",
        "answered_at": None,
    }
    parts = list(
        results.opening_record(
            Reader({"objections": [remark], "signatures": [{"seat": "agency", "organisation": "乙", "lost": True}]})
        )
    )
    (shown,) = [part for part in parts if part.title == "Remark at the opening"]
    assert shown.rows == (
        ("Raised by", "甲"),
        ("Remark", "报价读错"),
        ("Made at", datetime(2026, 3, 24, 1, 35, tzinfo=UTC)),
        ("Answer", "已更正"),
    )
    assert parts[-1].rows == (("tender agency, key lost", "乙", None),)


def test_a_failed_run_states_ground_and_reason() -> None:
    read = Reader(
        {"failure": {"ground": "fail_at_deadline", "text": "少于3家", "move": "fail_at_deadline"}, "because": "少于3家"}
    )
    (part,) = announcements.end(read)
    assert part.rows == (("Ground", "Fail for too few bids"), ("Reason", "少于3家"))
    assert read.left() == []


def test_the_answer_to_an_objection_names_nobody() -> None:
    read = Reader({"objection": "OB-1", "subject": "documents", "upheld": True, "answer": "已修改"})
    facts, words = announcements.answer(read)
    assert facts.rows == (("Number", "OB-1"), ("Concerning", "the tender documents"), ("The objection is upheld", True))
    assert words == Words("Answer", "已修改")


def test_an_instant_that_is_none_is_none() -> None:
    assert [instant(value) for value in (None, "", 3, "2026-13-01T00:00:00.000000Z", "yesterday")] == [None] * 5


def test_money_is_read_from_decimal_texts_only() -> None:
    assert money("12.50", "USD") == Money(Decimal("12.50"), "USD")
    assert [money(value, "CNY") for value in (None, "", True, 1.5, "twelve")] == [None] * 5


def test_a_word_of_another_edition_stays_as_it_is() -> None:
    assert (named("roads", announcements.CATEGORIES), named("", announcements.CATEGORIES)) == ("roads", NOT_STATED)


def test_plain_values_become_one_text() -> None:
    assert said({"a": [1, {"b": "c"}], "d": True}) == "a: 1, b: c; d: True"


def test_a_reader_gives_empty_things_for_what_is_absent_or_of_another_shape() -> None:
    read = Reader({"rows": "no list", "map": 3, "flag": "yes"})
    assert (read.rows("rows"), read.items("rows"), read.mapping("map"), read.flag("flag")) == ([], [], {}, None)
    assert (read.text("absent"), read.instant("absent"), read.amount("absent")) == ("", None, None)


def test_a_summary_of_each_result_says_the_essence() -> None:
    data = {
        "bids": [OPENING_BID],
        "candidates": [],
        "acceptance": "合格",
        "contract": "CO-1",
        "failure": {"ground": "gave_up"},
    }
    titles = {
        code.value: [str(part.title) for part in results.summary_of(code, Reader(data))]
        for code in (Code.OPENING, Code.CANDIDATE, Code.FAIL, Code.TERMINATE, Code.PERFORM, Code.CONTRACT)
    }
    assert titles == {
        "OPENING": ["Bids as read out"],
        "CANDIDATE": ["Candidates"],
        "FAIL": ["End of the run"],
        "TERMINATE": ["End of the run"],
        "PERFORM": ["Acceptance"],
        "CONTRACT": ["Contract", "Acceptance"],
    }


def test_the_documents_of_a_notice_stand_with_their_digests(cast: Cast) -> None:
    stories.announced(cast)
    notice = Notice.objects.get()
    notice.data = notice.data | {"documents": [{"title": "招标文件", "media": "application/pdf", "sha256": "ab" * 32}]}
    (documents,) = [part for part in parts_of(notice) if part.title == "Documents"]
    assert documents == Table("Documents", ("Document", "Digest (SHA-256)"), (("招标文件", "ab" * 32),), (40, 60))
