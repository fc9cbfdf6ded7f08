from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from core import clock
from core.reasons import reason
from core.working_days import SHANGHAI, WorkingCalendar, end_of, start_of
from tests.stories import trading as story
from tests.trading.browsing import browser, words
from trading import clarifying, contracting, desk, ending, holding
from trading.desk import Colour, State, Task
from trading.models import Hold
from trading.names import HoldGround, Kind, Stage, TerminationGround
from trading.web import desk_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoAssertNumQueries

    from tests.cast import Cast

DURING = story.ANNOUNCED + story.DAY
ORDER = {"ground": HoldGround.COMPLAINT_ORDER, "because": "投诉", "order_number": "3号"}
MONDAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.stands_at(DURING):
        yield


def at(day: date, hour: int = 12) -> datetime:
    return start_of(day) + timedelta(hours=hour)


# -- the three colours ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "colour"),
    [
        (date(2026, 3, 9), Colour.GREEN),  # 5 of 7 working days: 0.714, two left
        (date(2026, 3, 10), Colour.YELLOW),  # 6 of 7: 0.857
        (date(2026, 3, 11), Colour.YELLOW),  # the last day
        (date(2026, 3, 12), Colour.RED),
    ],
)
def test_seven_working_days_turn_yellow_on_the_sixth_and_red_on_the_eighth(now: date, colour: Colour) -> None:
    due = end_of(date(2026, 3, 11))
    found = desk.colour(since=at(MONDAY), due_at=due, at=at(now), calendar=WorkingCalendar.seeded())
    assert found == colour


@pytest.mark.parametrize(
    ("days", "colour"), [(0, Colour.GREEN), (3, Colour.GREEN), (4, Colour.YELLOW), (6, Colour.RED)]
)
def test_five_days_turn_yellow_after_four(days: int, colour: Colour) -> None:
    due = end_of(MONDAY + timedelta(days=5))
    assert desk.colour(since=at(MONDAY), due_at=due, at=at(MONDAY + timedelta(days=days))) == colour


def test_one_unit_left_is_yellow_however_long_the_time_was() -> None:
    due = end_of(MONDAY + timedelta(days=3))
    assert desk.colour(since=at(MONDAY), due_at=due, at=at(MONDAY + timedelta(days=2))) == Colour.YELLOW
    assert desk.colour(since=at(MONDAY), due_at=due, at=at(MONDAY + timedelta(days=1))) == Colour.GREEN


def test_suspended_time_is_not_counted() -> None:
    due, now = end_of(MONDAY + timedelta(days=5)), at(MONDAY + timedelta(days=7))
    stood = [(at(MONDAY + timedelta(days=1)), at(MONDAY + timedelta(days=5)))]
    assert desk.colour(since=at(MONDAY), due_at=due, at=now) == Colour.RED
    assert desk.colour(since=at(MONDAY), due_at=due, at=now, suspended=stood) == Colour.GREEN


@pytest.mark.parametrize(
    ("left", "colour"),
    [(timedelta(days=2), Colour.GREEN), (timedelta(hours=23), Colour.YELLOW), (timedelta(0), Colour.RED)],
)
def test_without_a_beginning_the_last_day_is_yellow(left: timedelta, colour: Colour) -> None:
    assert desk.colour(since=None, due_at=DURING + left, at=DURING) == colour


def test_a_task_has_the_colour_of_its_time_unless_an_app_knows_better() -> None:
    due = DURING + timedelta(days=9)
    task = Task(title=reason("x"), link="/", due_at=due, since=DURING)
    assert task.colour_at(DURING) == Colour.GREEN
    assert Task(title=reason("x"), link="/", due_at=due, colour=Colour.RED).colour_at(DURING) == Colour.RED
    assert Task(title=reason("x"), link="/").colour_at(DURING) is None


# -- the registry ---------------------------------------------------------------------------------------


def test_apps_bring_rows_and_doors_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "_registry", desk._Registry())
    late = Task(title=reason("late"), link="/", due_at=DURING + story.DAY)
    soon = Task(title=reason("soon"), link="/", due_at=DURING)
    some_day = Task(title=reason("some day"), link="/")

    @desk.provider
    def rows(_request: object) -> list[Task]:
        return [some_day, late, soon]

    @desk.doors
    def doors(_request: object, lot: object) -> list[desk.Door]:
        return [desk.Door(label=reason("Hall"), url=f"/{lot}")]

    assert desk.provider(rows) is rows
    assert desk.doors(doors) is doors
    assert [task.title for task in desk.tasks_for(None)] == ["soon", "late", "some day"]  # type: ignore[arg-type]
    assert [door.url for door in desk.doors_of(None, "lot")] == ["/lot"]  # type: ignore[arg-type]


@pytest.fixture
def only_trading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "_registry", desk._Registry(providers=[desk_rows.rows]))


def rows_of(cast: Cast, name: str) -> list[tuple[str, str]]:
    class Request:
        at = clock.now()
        membership = cast.seats[name]
        actor = cast.actor(name)

    return [(task.state.value, str(task.title)) for task in desk_rows.rows(Request())]  # type: ignore[arg-type]


# -- trading's own rows ---------------------------------------------------------------------------------


def test_a_draft_is_the_drafters_and_a_notice_the_second_persons(cast: Cast) -> None:
    story.drafted(cast)
    assert rows_of(cast, "owner.drafter") == [("todo", "Write the notice of 滨江大道改造工程")]
    submitted = story.submitted(cast)
    assert ("todo", "Announce 滨江大道改造工程, or return the notice") in rows_of(cast, "agent.approver")
    assert ("todo", "Announce 滨江大道改造工程, or return the notice") not in rows_of(
        cast, submitted and "owner.drafter"
    )


def test_questions_and_amendments_wait_for_the_buying_side(cast: Cast) -> None:
    project = story.announced(cast)
    clarifying.ask(project.pk, actor=cast.actor("acme"), at=DURING, body="?")
    clarifying.draft_amendment(project.pk, actor=cast.actor("owner.drafter"), at=DURING, body="改", affects_bids=False)
    standing = ("running", "滨江大道改造工程 1标段: The key holders rehearse; then the bid box opens.")
    assert rows_of(cast, "owner.approver") == [
        ("todo", "Answer questions on 滨江大道改造工程"),
        ("todo", "Publish amendment 1 of 滨江大道改造工程"),
        standing,
    ]
    assert rows_of(cast, "owner.drafter")[1] == ("running", "Publish amendment 1 of 滨江大道改造工程")
    assert rows_of(cast, "supervisor") == rows_of(cast, "center") == [standing]
    assert rows_of(cast, "acme") == rows_of(cast, "audit") == rows_of(cast, "buyer.drafter") == []


@pytest.mark.parametrize("kind", list(Kind))
def test_a_contract_goes_from_desk_to_desk(cast: Cast, kind: Kind) -> None:
    who, lot = ("owner" if kind is Kind.CT else "buyer"), story.walked(cast, kind, to=Stage.CONTRACTING)
    assert ("todo", "Draft the contract on 1标段") in rows_of(cast, f"{who}.drafter")
    contract = contracting.draft_contract(lot.pk, actor=cast.actor(f"{who}.drafter"), at=DURING, title="合同")
    signing = ("todo", "Sign the contract on 1标段")
    assert [signing in rows_of(cast, name) for name in (f"{who}.approver", f"{who}.drafter", "acme")] == [
        True, False, True,
    ]  # fmt: skip
    contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor(f"{who}.approver"), at=DURING)
    contracting.sign(contract.pk, keeps_to_bid=True, actor=cast.actor("acme"), at=DURING)
    assert ("todo", "Register and publish the contract on 1标段") in rows_of(cast, "agent.drafter")
    assert rows_of(cast, "acme") == [("running", "Contract on 1标段")]


def test_whoever_ordered_a_hold_sees_that_it_stands(cast: Cast) -> None:
    lot = story.walked(cast, to=Stage.BIDDING)
    holding.order(lot.pk, actor=cast.actor("supervisor"), at=DURING, **ORDER)
    hold = ("todo", "Hold on 1标段: Ordered by the supervising department")
    held = ("running", "滨江大道改造工程 1标段: On hold: Ordered by the supervising department")
    assert rows_of(cast, "supervisor") == [held, hold]
    assert rows_of(cast, "center") == [held]
    assert Hold.objects.count() == 1


def test_what_has_ended_is_done(cast: Cast) -> None:
    project = story.announced(cast)
    ending.terminate(
        project.pk,
        actor=cast.actor("owner.approver"),
        at=DURING,
        ground=TerminationGround.FORCE_MAJEURE,
        because="地震",
    )
    assert rows_of(cast, "owner.drafter") == [("done", "滨江大道改造工程: Terminated")]


@pytest.mark.usefixtures("only_trading")
@pytest.mark.parametrize("stage", [None, Stage.BIDDING, Stage.CONTRACTING])
def test_the_desk_asks_as_often_for_three_projects_as_for_one(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries, stage: Stage | None
) -> None:
    def project() -> None:
        story.drafted(cast) if stage is None else story.walked(cast, to=stage)

    client, url = browser(cast, "owner.approver"), reverse("trading:desk")
    client.get(url)
    project()
    with django_assert_num_queries(13):
        client.get(url)
    project()
    project()
    with django_assert_num_queries(13):
        client.get(url)


# -- the page -------------------------------------------------------------------------------------------


def test_the_desk_says_first_what_is_to_be_done(cast: Cast) -> None:
    story.drafted(cast)
    page = words(browser(cast, "owner.drafter").get(reverse("trading:desk")))
    assert "Your turn: Write the notice of 滨江大道改造工程" in page
    assert "New project" in page


def test_the_centre_is_told_what_it_cannot_do(cast: Cast) -> None:
    page = words(browser(cast, "center").get(reverse("trading:desk")))
    assert "It cannot read an offer before its opening" in page


def test_the_supervisor_finds_its_board_and_nobody_else_does(cast: Cast) -> None:
    story.announced(cast)
    found = {
        name: 'href="/supervision"' in browser(cast, name).get(reverse("trading:desk")).content.decode()
        for name in ("supervisor", "center", "owner.drafter")
    }
    assert found == {"supervisor": True, "center": False, "owner.drafter": False}


def test_a_person_without_a_seat_is_told_how_to_get_one(cast: Cast) -> None:
    client = browser(cast, "acme")
    seat = cast.seats["acme"]
    seat.until = DURING
    seat.save(update_fields=["until"])
    answer = client.get(reverse("trading:desk"))
    assert answer.status_code == 200
    assert "You have no seat yet." in words(answer)


def test_words_for_every_colour_and_state() -> None:
    assert [str(desk.WORDS[colour]) for colour in (*Colour, None)] == ["On time", "Due soon", "Overdue", "No deadline"]
    assert [str(desk.STATE_WORDS[state]) for state in State] == ["To do", "Running", "Done"]
    assert DURING.astimezone(SHANGHAI).hour == 9
