"""Every route of trading against every role: the right one sees it, the others find nothing, strangers a door."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from core import clock, storage
from tests.stories import trading as story
from tests.trading.browsing import browser
from trading import clarifying, contracting, drafting, holding
from trading.models import Contract, Document, Hold, Project, Question
from trading.names import HoldGround, Stage
from trading.urls import urlpatterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse

    from tests.cast import Cast

ROLES = ("owner.drafter", "agent.drafter", "supervisor", "center", "acme", "expert.one", "audit", "owner.holder")
STRANGERS = ("buyer.drafter", "bolt")
BUYING = frozenset({"owner.drafter", "agent.drafter"})
WORKING = BUYING | {"supervisor", "center"}
DURING = story.ANNOUNCED + story.DAY


class Route(NamedTuple):
    """One route: its argument from the world below, its method, and who gets further than 404."""

    name: str
    args: tuple[str, ...]
    to: frozenset[str]
    post: bool = False
    outsiders: frozenset[str] = frozenset()  # those who are not of the project and still come in


EVERYBODY = frozenset(ROLES)
ALL = frozenset({*ROLES, *STRANGERS})
ROUTES = (
    Route("desk", (), EVERYBODY, outsiders=frozenset(STRANGERS)),
    Route("projects", (), WORKING, outsiders=frozenset({"buyer.drafter"})),
    Route("create", (), BUYING, outsiders=frozenset({"buyer.drafter"})),
    Route("project", ("draft",), WORKING),
    Route("edit", ("draft", "subject"), BUYING),
    Route("criteria", ("draft",), BUYING),
    Route("lots", ("draft",), BUYING),
    Route("add-lot", ("draft",), BUYING),
    Route("lot", ("draft-lot",), BUYING),
    Route("remove-lot", ("draft-lot",), BUYING, post=True),
    Route("documents", ("draft",), WORKING),
    Route("remove-document", ("draft", "digest"), BUYING, post=True),
    Route("document", ("running", "digest"), EVERYBODY, outsiders=frozenset(STRANGERS)),
    Route("preview", ("draft",), WORKING),
    Route("intend", ("draft",), BUYING),
    Route("submit", ("draft",), BUYING, post=True),
    Route("return", ("draft",), BUYING),
    Route("questions", ("running",), BUYING),
    Route("answer", ("question",), BUYING),
    Route("ask", ("running",), frozenset({"acme"}), outsiders=frozenset({"bolt"})),
    Route("amendments", ("running",), BUYING),
    Route("amend", ("running",), BUYING),
    Route("amendment", ("amendment",), BUYING),
    Route("drop-amendment", ("amendment",), BUYING, post=True),
    Route("place-hold", ("running-lot",), WORKING),
    Route("lift-hold", ("hold",), frozenset({"supervisor"})),
    Route("terminate", ("running",), BUYING | {"supervisor"}),
    Route("fail-documents", ("running",), BUYING),
    Route("after-failure", ("running",), BUYING),
    Route("draft-contract", ("won-lot",), BUYING),
    Route("contract", ("contract",), WORKING | {"acme"}),
    Route("contract-file", ("contract",), WORKING | {"acme"}),
    Route("sign-contract", ("contract",), frozenset({"owner.drafter", "acme"})),
    Route("give-security", ("contract",), BUYING, post=True),
    Route("register-contract", ("contract",), BUYING, post=True),
    Route("supplement", ("contract",), frozenset({"owner.drafter"})),
    Route("accept-contract", ("contract",), frozenset({"owner.drafter"})),
)


def draft_with_document(cast: Cast) -> Project:
    project = story.drafted(cast)
    drafting.attach_document(
        project.pk, actor=cast.actor("owner.drafter"), at=DURING, title="招标文件", media="application/pdf",
        file=storage.keep_bytes(b"%PDF-1.7", at=DURING),
    )  # fmt: skip
    return project


@pytest.fixture
def world(cast: Cast) -> Iterator[dict[str, str]]:
    """A draft, a running project with everything that can hang on it, a contract that waits for signatures."""
    with clock.stands_at(DURING):
        draft, running = draft_with_document(cast), story.announced(cast)
        Document.objects.create(
            project=running, title="招标文件", media="application/pdf", file=draft.documents.get().file,
            added_at=DURING, added_by="x", published_at=DURING,
        )  # fmt: skip
        lot = running.lots.get()
        question = clarifying.ask(running.pk, actor=cast.actor("bolt"), at=DURING, body="?")
        amendment = clarifying.draft_amendment(
            running.pk, actor=cast.actor("owner.drafter"), at=DURING, body="改", affects_bids=False
        )
        hold = holding.order(
            lot.pk, actor=cast.actor("supervisor"), at=DURING, ground=HoldGround.COMPLAINT_ORDER, because="投诉",
            order_number="3号",
        )  # fmt: skip
        won = story.walked(cast, to=Stage.CONTRACTING)
        contract = contracting.draft_contract(
            won.pk, actor=cast.actor("owner.drafter"), at=DURING, title="合同",
            file=storage.keep_bytes(b"%PDF-1.7 contract", at=DURING),
        )  # fmt: skip
        yield {
            "draft": draft.number,
            "draft-lot": draft.lots.get().number,
            "digest": draft.documents.get().file_id,
            "running": running.number,
            "running-lot": lot.number,
            "question": question.number,
            "amendment": amendment.number,
            "hold": hold.number,
            "won-lot": won.number,
            "contract": contract.number,
        }


def address(route: Route, world: dict[str, str]) -> str:
    return reverse(f"trading:{route.name}", args=[world.get(arg, arg) for arg in route.args])


def test_the_table_names_every_route() -> None:
    assert sorted(route.name for route in ROUTES) == sorted(str(pattern.name) for pattern in urlpatterns)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_who_gets_further_than_not_found(cast: Cast, world: dict[str, str], route: Route) -> None:
    url, found = address(route, world), set()
    for name in (*ROLES, *STRANGERS):
        client = browser(cast, name)
        answer = client.get(url)
        if route.post:
            assert answer.status_code == (
                405 if name in route.to | route.outsiders | BUYING | {"buyer.drafter"} else 404
            )
            answer = _post_without_effect(client, url)
        if answer.streaming:
            assert answer.getvalue().startswith(b"%PDF")  # read to its end, so that the file is closed
        if answer.status_code != 404:
            found.add(name)
            assert answer.status_code in ({302, 409} if route.post else {200}), (name, answer.status_code)
    assert found == route.to | route.outsiders


def _post_without_effect(client: Client, url: str) -> HttpResponse:
    """Post and undo what it did, so that one role's effect does not reach the next."""
    before = transaction.savepoint()
    answer = client.post(url)
    transaction.savepoint_rollback(before)
    return answer


@pytest.mark.parametrize("route", [route for route in ROUTES if route.name != "document"], ids=lambda route: route.name)
def test_whoever_has_not_signed_in_is_shown_the_door(world: dict[str, str], route: Route) -> None:
    url = address(route, world)
    answer = Client().get(url)
    assert (answer.status_code, answer.headers.get("Location")) == (
        302,
        f"/account/sign-in?next={url.replace('/', '%2F')}",
    )
    assert Client().post(url).status_code == 403


@pytest.mark.parametrize("name", ["project", "questions", "amendment", "lot", "lift-hold", "contract", "document"])
def test_a_number_that_does_not_exist_is_answered_like_one_that_is_not_yours(
    cast: Cast, world: dict[str, str], name: str
) -> None:
    args = ["CT-2026-999999-XXXX", "0" * 64] if name == "document" else ["CT-2026-999999-XXXX"]
    client = browser(cast, "owner.drafter")
    answer = client.get(reverse(f"trading:{name}", args=args))
    missing = client.get("/desk/there-is-no-such-page")
    assert (answer.status_code, missing.status_code) == (404, 404)


@pytest.mark.parametrize("name", ["terminate", "fail-documents"])
def test_what_cannot_be_undone_asks_for_the_password_again(cast: Cast, world: dict[str, str], name: str) -> None:
    answer = browser(cast, "owner.approver", proven=False).get(reverse(f"trading:{name}", args=[world["running"]]))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/step-up")


def test_the_world_is_as_the_table_thinks(world: dict[str, str]) -> None:
    assert (Hold.objects.count(), Question.objects.count(), Contract.objects.count()) == (1, 1, 1)
