"""A member of a committee who has a passkey signs sheets and answer with it; what was signed is kept whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from accounts.models import PersonSignature
from core import clock
from core.assertions import verify_evidence
from evaluation import scoring
from evaluation.models import Confirmation, ScoreSheet
from tests.accounts.authenticator import HOST, ORIGIN
from tests.accounts.passkeys import ASK_TO_SIGN, add_passkey, asked, prove_with
from tests.evaluation.web.worlds import LATER
from tests.stories import evaluation as story
from tests.trading.browsing import browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast


@pytest.fixture(autouse=True)
def _here(settings: Any) -> Iterator[None]:
    settings.PASSKEY_ORIGIN = ORIGIN
    with clock.stands_at(LATER):
        yield


def question(answer: Any) -> dict[str, str]:
    """What the page's form says is signed there."""
    found = answer.context["signing"]
    return {name: found[name] for name in ("kind", "tender", "document")}


def verified() -> dict[str, Any]:
    """The one document that was signed, after checking it as anybody can."""
    row = PersonSignature.objects.get()
    content = bytes(row.content)
    said = verify_evidence(bytes(row.evidence), document=content, rp=HOST, origin=ORIGIN)
    assert said.person == "PE-expert-two"
    return json.loads(content)  # type: ignore[no-any-return]


def test_sheets_are_signed_as_they_are_handed_in(cast: Cast) -> None:
    case = story.reviewed(cast, **story.BENCHMARK)
    address = reverse("evaluation:scores", args=[case.lot.number])
    for bidder, marks in story.SCORES.items():
        scoring.save(case.bid(bidder).pk, scores=marks, actor=cast.actor("expert.two"), at=LATER)
    client = browser(cast, "expert.two")
    assert client.get(address).context["signing"] is None
    device = add_passkey(client)
    page = client.get(address)
    assert client.post(address).status_code == 422  # nothing was signed
    answer = device.use(asked(client, ASK_TO_SIGN, question(page)))
    scoring.save(case.bid("acme").pk, scores={"plan": "1"}, actor=cast.actor("expert.two"), at=LATER)
    assert client.post(address, {"passkey": json.dumps(answer)}).status_code == 422  # not these sheets
    scoring.save(case.bid("acme").pk, scores=story.SCORES["acme"], actor=cast.actor("expert.two"), at=LATER)
    assert client.post(address, {"passkey": json.dumps(answer)}).status_code == 302
    sheets = ScoreSheet.objects.filter(member__user__number="PE-expert-two")
    assert verified() == {
        "v": "yangguang/1",
        "type": "score-sheets",
        "tender": case.lot.number,
        "sheets": sorted(sheets.values_list("digest", flat=True)),
    }


def test_the_answer_to_the_report_is_signed_with_its_dissent(cast: Cast) -> None:
    case = story.drawn_up(cast, scores=story.SCORES, **story.BENCHMARK)
    address = reverse("evaluation:answer", args=[case.lot.number])
    client = browser(cast, "expert.two")
    device = add_passkey(client)
    typed = {"answer": "dissents", "dissent": "评分过高"}
    assert client.post(address, typed).status_code == 302  # to the proof
    prove_with(device, client)
    check = client.post(address, typed)
    answer = device.use(asked(client, ASK_TO_SIGN, question(check)))
    confirmed = typed | {"confirmed": "yes", "passkey": json.dumps(answer)}
    assert client.post(address, confirmed | {"dissent": "评分过低"}).status_code == 422
    assert not Confirmation.objects.exists()
    assert client.post(address, confirmed).status_code == 302
    signed = verified()
    assert (signed["type"], signed["answer"]) == ("report-answer", "dissents")
    assert signed["report"] == Confirmation.objects.get().digest
