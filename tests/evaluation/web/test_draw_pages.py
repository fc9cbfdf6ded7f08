"""Pages of draws: everybody watches, the buying side prepares and uses, parties contribute, the centre keeps the pool."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.notes import SigningKey, sign_statement
from evaluation import contributing, draw_papers, drawing, queries, settling
from evaluation.models import Draw, DrawRefusal, PooledExpert
from evaluation.rules import draw_documents
from tests.stories import drawing as draws
from tests.stories import evaluation as story
from tests.stories.drawing import AT, PARTIES, holders_of
from tests.trading.browsing import browser, words
from trading import access
from trading.names import Kind, Side

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpResponse

    from tests.cast import Cast
    from tests.stories.evaluation import Case

HOLDERS = {"agency": "agent.holder", "supervisor": "supervisor.holder", "tenderee": "owner.holder"}


@pytest.fixture(autouse=True)
def _at() -> Iterator[None]:
    with clock.stands_at(AT):
        yield


@pytest.fixture
def case(cast: Cast) -> Case:
    return draws.pooled(cast, Kind.CT)


def address(case: Case, page: str, *args: object) -> str:
    return reverse(f"evaluation:{page}", args=[case.lot.number, *args])


def get(case: Case, who: str, page: str, *args: object) -> HttpResponse:
    client = browser(case.cast, who) if who else Client(headers={"accept-language": "en"})
    return client.get(address(case, page, *args))


def post(case: Case, who: str, page: str, *args: object, data: Mapping[str, Any] | None = None) -> HttpResponse:
    return browser(case.cast, who).post(address(case, page, *args), data or {})


def hand_in(case: Case, party: str, page: str, given: tuple[bytes, str], **more: str) -> HttpResponse:
    document, note = given
    body = json.dumps({"document": document.decode(), "note": note, **more})
    return browser(case.cast, HOLDERS[party]).post(address(case, page, 1), body, content_type="application/json")


# -- watching --------------------------------------------------------------------------------------------


def test_everybody_watches_a_draw_and_nobody_learns_who_stands_in_the_pool(case: Case) -> None:
    draw = draws.drawn(case)
    page = get(case, "", "draw", 1)
    text = words(page)
    assert page.status_code == 200
    assert "Drawn: everybody can recompute the result." in text
    assert [handle in text for handle in draw_papers.result_of(draw).order] == [True] * 7
    for who in ("", "acme", "expert.one"):
        content = get(case, who, "draw", 1).content.decode()
        assert [
            row.user.name for row in draw.candidates.all() if row.user.name in content and who != row.user.name
        ] == []
    for who in ("owner.drafter", "agent.drafter", "supervisor"):
        page = get(case, who, "draw", 1)
        assert page.content.decode().count('class="number">PE-expert-') == 5
        assert all(
            row.salt.hex() in page.content.decode()
            for row in draw.candidates.filter(handle__in=draw_papers.taken_by(draw))
        )


def test_the_documents_are_handed_out_when_the_draw_is_over_and_not_before(case: Case) -> None:
    draw = draws.shown(case, draws.committed(case, draws.prepared(case)))
    assert get(case, "", "draw-record", 1).status_code == 404
    assert get(case, "", "draw-manifest", 1).content == bytes(draw.document)
    settling.evaluate(draw.pk)
    record = get(case, "", "draw-record", 1).json()
    assert sorted(record) == [
        "ceremony", "commits", "manifest", "platform", "refusals", "releases", "result", "reveals", "vkeys", "vrf_escrow",
    ]  # fmt: skip
    assert [row["party"] for row in record["commits"]] == list(PARTIES)
    assert record["result"].encode() == bytes(draw.result.document)


def test_the_state_alone_carries_its_version(case: Case) -> None:
    draw = draws.prepared(case)
    page = get(case, "", "draw-state", 1)
    assert f'data-seq="{draw.version}" data-state="committing"' in page.content.decode()
    assert get(case, "", "draw-state", 9).status_code == 404


# -- contributing ----------------------------------------------------------------------------------------


def test_parties_commit_and_show_through_their_pages(case: Case) -> None:
    draw = draws.prepared(case)
    config = json.loads(
        get(case, "owner.holder", "contribute", 1)
        .content.decode()
        .split('type="application/json">')[1]
        .split("</script>")[0]
    )
    assert (config["act"], config["party"], config["kept"]) == ("commit", "tenderee", "")
    for party in PARTIES:
        assert hand_in(case, party, "hand-in-commit", draws.commit_document(case, draw, party), kept="YWJj").json() == {
            "next": address(case, "draw", 1)
        }
    config = json.loads(
        get(case, "owner.holder", "contribute", 1)
        .content.decode()
        .split('type="application/json">')[1]
        .split("</script>")[0]
    )
    assert (config["act"], config["kept"]) == ("reveal", "YWJj")
    assert "Show your number" in words(get(case, "owner.holder", "draw", 1))
    for party in PARTIES:
        assert hand_in(case, party, "hand-in-reveal", draws.reveal_document(case, draw, party)).status_code == 200
    assert "nothing more is to be done" in words(get(case, "owner.holder", "contribute", 1))
    assert get(case, "center.holder", "contribute", 1).status_code == 404
    assert hand_in(case, "agency", "hand-in-reveal", draws.reveal_document(case, draw, "supervisor")).status_code == 422


def test_a_holder_opens_what_is_missing_through_its_page(case: Case) -> None:
    draw = draws.shown(case, draws.committed(case, draws.prepared(case)), PARTIES[:2])
    assert "ten minutes" in words(get(case, "owner.holder", "open-contributions", 1))
    with clock.stands_at(AT + contributing.PATIENCE):
        assert "Open what is missing" in words(get(case, "owner.holder", "draw", 1))
        page = get(case, "center.holder", "open-contributions", 1)
        assert '"secrets": [{"name": "tenderee"' in page.content.decode()
        answer = hand_in(case, "agency", "hand-in-shares", draws.release_document(case, draw, "agency"))
        assert answer.status_code == 200


# -- the buying side -------------------------------------------------------------------------------------


def test_the_buying_side_prepares_a_draw_and_says_why_somebody_is_left_out(case: Case) -> None:
    assert "civil (7)" in words(get(case, "owner.approver", "prepare-experts"))
    page = browser(case.cast, "owner.approver").get(address(case, "prepare-experts"), {"stratum": "civil"})
    assert "expert.seven" in words(page)
    given = {"stratum": "civil", "seats": "5", "parties": list(PARTIES), "code-PE-expert-two": "recusal"}
    page = post(case, "owner.approver", "prepare-experts", data=given)
    assert (page.status_code, "say why PE-expert-two is left out" in words(page)) == (422, True)
    given["because-PE-expert-two"] = "与投标人有利害关系"
    page = post(case, "owner.approver", "prepare-experts", data=given)
    assert page.url == address(case, "draw", 1)
    draw = Draw.objects.get()
    assert (draw.pick, draw.parties, draw.candidates.exclude(exclusion="").count()) == (5, list(PARTIES), 1)
    assert "experts/civil" in words(get(case, "supervisor", "draws"))
    assert post(case, "owner.drafter", "prepare-experts", data=given).status_code == 422


def test_a_draw_is_given_up_with_its_reason(case: Case) -> None:
    draws.prepared(case)
    assert post(case, "owner.approver", "give-up-draw", 1, data={"because": ""}).status_code == 422
    assert post(case, "owner.approver", "give-up-draw", 1, data={"because": "监督部门缺席"}).url == address(
        case, "draws"
    )
    assert "given up" in words(get(case, "", "draw", 1))
    assert "the result is determined" in words(get(case, "owner.approver", "give-up-draw", 1))


def test_the_drawn_are_seated_after_a_refusal(case: Case) -> None:
    draw = draws.drawn(case)
    first = draw_papers.taken_by(draw)[0]
    given = {"handle": first, "code": "declined"}
    assert post(case, "owner.drafter", "refuse-draw", 1, data=given).url == address(case, "draw", 1)
    assert DrawRefusal.objects.get().handle == first
    assert "does not serve" in words(get(case, "", "draw", 1))
    page = post(case, "owner.approver", "seat-drawn", data={"chair": "", "confirmed": "yes"})
    assert page.url == address(case, "committee")
    assert len(queries.members_of(case.lot)) == 5
    member = queries.members_of(case.lot)[0]
    page = get(case, "owner.approver", "replace", member.user.number)
    assert "the next reserve of the draw takes the seat" in words(page)
    given = {"code": "recusal", "because": "与投标人有利害关系"}
    assert post(case, "owner.approver", "replace", member.user.number, data=given).url == address(case, "committee")
    assert member.user.number not in [row.user.number for row in queries.members_of(case.lot)]


def test_equal_bids_are_drawn_and_ordered_through_the_pages(cast: Cast) -> None:
    prices = {"acme": "28000000.00", "bolt": "28000000.00", "cedar": "27000000.00"}
    scores = {name: {"quality": "90", "service": "90"} for name in prices}
    case = story.ranked(
        cast, Kind.GP_OPEN, prices=prices, scores=scores, tie_rule="price_technical_draw", **story.SCORING
    )
    holders_of(case)
    room = words(get(case, "buyer.approver", "lot"))
    assert ("Draw between equal bids" in room, "Settle a tie" in room) == (True, False)
    page = post(case, "buyer.approver", "prepare-tie", data={"parties": list(PARTIES)})
    assert page.url == address(case, "draw", 1)
    draw = Draw.objects.get()
    drawing.publish(draw.pk)
    settling.evaluate(draws.shown(case, draws.committed(case, draws.again(draw))).pk)
    assert post(case, "buyer.approver", "order-tied", 1).url == address(case, "draws")
    assert post(case, "buyer.approver", "order-tied", 1).status_code == 422
    assert queries.open_ties(case.lot) == []


# -- the pool --------------------------------------------------------------------------------------------


def test_the_centre_lets_experts_in_and_takes_them_out(case: Case) -> None:
    client = browser(case.cast, "center")
    page = client.post(
        reverse("evaluation:pool"), {"person": "PE-expert-one", "stratum": "cost", "employer": "OR-none"}
    )
    assert (page.status_code, "there is no organisation with the number OR-none" in words(page)) == (422, True)
    assert client.post(reverse("evaluation:pool"), {"person": "PE-expert-one", "stratum": "cost"}).status_code == 302
    assert "cost" in words(client.get(reverse("evaluation:pool")))
    leave = reverse("evaluation:leave-pool", args=["cost", "PE-expert-one"])
    assert client.post(leave, {"because": "退休"}).status_code == 302
    assert client.get(leave).status_code == 404
    assert PooledExpert.objects.filter(stratum="cost", left_at=None).count() == 0
    assert browser(case.cast, "owner.approver").get(reverse("evaluation:pool")).status_code == 404


# -- the ways there --------------------------------------------------------------------------------------


def test_everybody_finds_the_draw_on_the_lots_page_and_each_role_its_own_page(case: Case) -> None:
    draws.prepared(case)
    lot = Client().get(reverse("disclosure:lot", args=[case.lot.number])).content.decode()
    assert address(case, "draw", 1) in lot
    desk = reverse("trading:desk")
    assert reverse("evaluation:pool") in browser(case.cast, "center").get(desk).content.decode()
    assert reverse("evaluation:pool") not in browser(case.cast, "owner.approver").get(desk).content.decode()
    own = browser(case.cast, "acme").get(reverse("accounts:organisation")).content.decode()
    assert reverse("evaluation:party-key") in own


def test_a_bidder_contributes_with_its_key_for_draws(case: Case) -> None:
    acme = case.cast.actor("acme")
    signing = SigningKey(contributing.vkey_name("OR-acme"), bytes(range(32)))
    page = browser(case.cast, "acme").get(reverse("evaluation:party-key"))
    assert "make your signing key first" in words(page)
    body = json.dumps({"vkey": str(signing.verify_key)})
    with clock.stands_at(AT - story.MINUTE):
        enrolled = browser(case.cast, "acme").post(
            reverse("evaluation:enrol-party-key"), body, content_type="application/json"
        )
    assert enrolled.status_code == 201
    access.take_side(case.project, case.cast["acme"], Side.BIDDING, since=AT)
    draw = draws.prepared(case, parties=("OR-acme", "supervisor"))
    given = draw_documents.write_commit(
        draw_papers.manifest_of(draw), party="OR-acme", contribution=bytes(32), ceremony=draw_papers.ceremony_of(draw)
    )
    note = sign_statement("draw-commit", given.digest, key=signing)
    contributing.commit(draw.pk, document=given.data, note=note, actor=acme, at=AT)
    assert [row.party for row in draw.commits.all()] == ["OR-acme"]
    assert "has committed" in words(get(case, "acme", "draw", 1))
