"""A key holder's pages and what its browser hands in: keys, signatures, answers, releases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from bidding import access
from bidding.models import Ceremony, KeyHolder, KeyRehearsal, Release
from bidding.rules.age_passphrase import encrypt
from bidding.rules.ceremony_signatures import sign_ceremony
from bidding.rules.rehearsal import answer_rehearsal, read_rehearsal
from bidding.rules.wrapping import public_key_of
from core import clock
from core.canonical import b64_encode, b64u_encode
from core.notes import sign_statement
from tests.stories import bidding as story

if TYPE_CHECKING:
    from django.test import Client

    from tests.bidding.web.visitors import Visitors
    from tests.cast import Cast

BEFORE = story.stories.ANNOUNCED - story.stories.DAY


def config_of(client: Client, name: str, number: str) -> dict[str, Any]:
    """What the page tells its script."""
    answer = client.get(reverse(f"bidding:{name}", args=[number]))
    assert answer.status_code == 200
    return answer.context["config"]  # type: ignore[no-any-return]


def send(client: Client, name: str, number: str, value: object):
    return client.post(
        reverse(f"bidding:{name}", args=[number]),
        json.dumps(value),
        content_type="application/json",
        headers={"accept": "application/json"},
    )


def key_of(tender: story.Tender, kid: str) -> dict[str, str]:
    keys = tender.holders[kid]
    wrapped = encrypt(b"a locked key", passphrase="long enough it is", work_factor=2)
    return {
        "pk": b64u_encode(public_key_of(keys.secret)),
        "vkey": str(keys.signing.verify_key),
        "wrapped": b64_encode(wrapped),
    }


def page_of(client: Client, name: str, *args: str) -> str:
    answer = client.get(reverse(f"bidding:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


# -- the key -------------------------------------------------------------------------------------------


def test_a_holder_makes_its_key_and_gets_it_back_as_it_came(cast: Cast, visitors: Visitors) -> None:
    tender = story.appointed(cast)
    project = tender.project.number
    with clock.stands_at(BEFORE):
        client = visitors("owner.holder")
        assert "Make your key for this project." in page_of(client, "seats")
        config = config_of(client, "holder-key", project)
        key = key_of(tender, "tenderee")
        answer = send(client, "submit-key", project, key)
        returned = client.get(reverse("bidding:holder-wrapped", args=[project]))
    assert config["name"] == "yangguang.example/holder/PE-owner-holder"
    assert config["urls"] == {"key": f"/desk/keys/{project}/key"}
    assert (answer.status_code, answer.json()) == (201, {"next": f"/desk/keys/{project}"})
    assert b64_encode(returned.content) == key["wrapped"]
    assert KeyHolder.objects.get(kid="tenderee").public_key == key["pk"]


def test_a_later_key_keeps_the_signing_key_unless_it_is_made_anew(cast: Cast, visitors: Visitors) -> None:
    tender = story.appointed(cast)
    project = tender.project.number
    with clock.stands_at(BEFORE):
        client = visitors("owner.holder")
        send(client, "submit-key", project, key_of(tender, "tenderee"))
        kept = config_of(client, "holder-key", project)["urls"]
        anew = client.get(reverse("bidding:holder-key", args=[project]) + "?anew=yes").context["config"]["urls"]
    assert kept["wrapped"] == f"/desk/keys/{project}/key.age"
    assert "wrapped" not in anew


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"pk": "AAAA"}, 422, "refused"),
        ({"vkey": "nobody"}, 422, "refused"),
        ({"secret": "x"}, 400, "unknown_field"),
        ({"pk": 5}, 400, "malformed"),
    ],
)
def test_a_key_that_is_none_is_refused(
    cast: Cast, visitors: Visitors, changes: dict[str, object], status: int, code: str
) -> None:
    tender = story.appointed(cast)
    with clock.stands_at(BEFORE):
        answer = send(
            visitors("owner.holder"), "submit-key", tender.project.number, key_of(tender, "tenderee") | changes
        )
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert not KeyHolder.objects.exclude(public_key="").exists()


def test_after_the_announcement_no_key_is_made(cast: Cast, visitors: Visitors) -> None:
    tender = story.announced(cast)
    with clock.stands_at(story.stories.ANNOUNCED + story.MINUTE):
        shown = page_of(visitors("owner.holder"), "holder-key", tender.project.number)
    assert "its keys cannot change any more" in shown
    assert "page_holder_key.js" not in shown


def test_a_lost_key_is_reported_with_what_it_means(cast: Cast, visitors: Visitors) -> None:
    tender = story.bidding(cast)
    project = tender.project.number
    with clock.stands_at(tender.deadline - story.MINUTE):
        client = visitors("owner.holder")
        before = page_of(client, "report-lost", project)
        empty = client.post(reverse("bidding:report-lost", args=[project]), {"because": ""})
        done = client.post(reverse("bidding:report-lost", args=[project]), {"because": "硬盘损坏"})
        seat = page_of(client, "seat", project)
        buying = page_of(visitors("owner.drafter"), "holders", project)
    means = "3 of 4 key holders still have their keys; 3 are enough: the tender goes on."
    assert [means in text for text in (before, seat, buying)] == [True, True, True]
    assert (empty.status_code, done.status_code) == (422, 302)
    assert KeyHolder.objects.get(kid="tenderee").lost_because == "硬盘损坏"


# -- ceremony and rehearsal ----------------------------------------------------------------------------


def test_the_ceremony_is_signed_as_it_is_handed_out(cast: Cast, visitors: Visitors) -> None:
    tender = story.keyed(cast)
    row = Ceremony.objects.get(lot=tender.lot)
    row.notes = {kid: note for kid, note in row.notes.items() if kid != "tenderee"}
    row.save(update_fields=["notes"])
    number = tender.lot.number
    with clock.stands_at(BEFORE):
        client = visitors("owner.holder")
        config = config_of(client, "sign-ceremony", number)
        given = client.get(config["urls"]["ceremony"]).content
        note = sign_ceremony(tender.ceremony, key=tender.holders["tenderee"].signing)
        answer = send(client, "sign", number, {"note": note})
        foreign = send(visitors("agent.holder"), "sign", number, {"note": note})
    assert given == bytes(row.document)
    assert (config["kid"], config["expected"]["k"], len(config["expected"]["holders"])) == ("tenderee", 3, 4)
    assert (answer.status_code, foreign.status_code) == (200, 422)
    assert set(Ceremony.objects.get().notes) == {"agency", "platform", "supervisor", "tenderee"}


def test_the_rehearsal_is_answered_and_the_last_answer_opens_the_box(cast: Cast, visitors: Visitors) -> None:
    tender = story.announced(cast)
    number = tender.lot.number
    for kid in ("agency", "platform", "supervisor"):
        story.answered(tender, kid)
    with clock.stands_at(story.stories.ANNOUNCED + 2 * story.MINUTE):
        client = visitors("owner.holder")
        config = config_of(client, "rehearsal", number)
        dealt = read_rehearsal(client.get(config["urls"]["rehearsal"]).content, ceremony=tender.ceremony)
        keys = tender.holders["tenderee"]
        given = answer_rehearsal(dealt, ceremony=tender.ceremony, kid="tenderee", secret_key=keys.secret)
        note = sign_statement("rehearsal-answer", given.digest, key=keys.signing)
        answer = send(client, "answer-rehearsal", number, {"answer": given.data.decode(), "note": note})
    assert answer.status_code == 200
    assert len(KeyRehearsal.objects.get().answers) == 4
    assert tender.lot.stage == "bidding"


def test_an_answer_that_is_wrong_is_refused_with_the_reason(cast: Cast, visitors: Visitors) -> None:
    tender = story.announced(cast)
    with clock.stands_at(story.stories.ANNOUNCED + story.MINUTE):
        client = visitors("owner.holder")
        answer = send(client, "answer-rehearsal", tender.lot.number, {"answer": "{}\ud800", "note": "x"})
    assert (answer.status_code, answer.json()["error"]) == (422, "refused")
    assert answer.json()["reasons"][0].startswith("The answer does not count: ")


# -- the release ---------------------------------------------------------------------------------------


def test_before_the_hour_the_page_says_why_not(cast: Cast, visitors: Visitors) -> None:
    tender = story.sealed(cast)
    with clock.stands_at(tender.deadline - story.MINUTE):
        shown = page_of(visitors("owner.holder"), "release", tender.lot.number)
    assert "Shares are released from 2026-03-24 09:30 on." in shown
    assert "The bid box is not closed yet." in shown
    assert "page_release.js" not in shown


def test_a_release_is_taken_and_leads_to_the_hall(cast: Cast, visitors: Visitors) -> None:
    tender = story.closed(cast)
    number = tender.lot.number
    document, note = story.release_document(tender, "tenderee")
    with clock.stands_at(tender.deadline + story.MINUTE):
        client = visitors("owner.holder")
        config = config_of(client, "release", number)
        answer = send(client, "hand-in-release", number, {"release": document.decode(), "note": note})
        again = send(client, "hand-in-release", number, {"release": document.decode(), "note": note})
        other = send(client, "hand-in-release", number, {"release": document.decode() + " ", "note": note})
        shown = page_of(client, "release", number)
    assert config["clock"] == {"now": "2026-03-24T01:31:00.000000Z"}  # the tests' database is a rehearsal
    assert (answer.status_code, answer.json()) == (200, {"next": f"/hall/{number}"})
    assert (again.status_code, other.status_code) == (200, 422)
    assert "You have released; nothing more is to be done." in shown
    assert Release.objects.get().kid == "tenderee"


def test_the_release_page_leads_to_a_hall_that_is_there(cast: Cast, visitors: Visitors) -> None:
    drafted = story.keyed(cast)
    hall = reverse("bidding:hall", args=[drafted.lot.number])
    with clock.stands_at(BEFORE):
        assert hall not in page_of(visitors("owner.holder"), "release", drafted.lot.number)


def test_after_the_opening_there_is_nothing_to_release_and_the_page_says_so(cast: Cast, visitors: Visitors) -> None:
    tender = story.opened(cast)
    assert not Release.objects.filter(kid="tenderee").exists()
    with clock.stands_at(tender.deadline + 2 * story.MINUTE):
        shown = page_of(visitors("owner.holder"), "release", tender.lot.number)
    assert "There is nothing to release now: the reasons stand below." in shown
    assert reverse("bidding:hall", args=[tender.lot.number]) in shown


def test_a_release_of_many_bids_is_not_too_large(cast: Cast, visitors: Visitors) -> None:
    tender = story.closed(cast)
    body = {"release": "x" * (64 * 1024), "note": ""}
    with clock.stands_at(tender.deadline + story.MINUTE):
        client = visitors("owner.holder")
        some = send(client, "hand-in-release", tender.lot.number, body)
        too_many = send(client, "hand-in-release", tender.lot.number, body | {"release": "x" * 70_000})
    assert [answer.json()["error"] for answer in (some, too_many)] == ["refused", "oversized"]


@pytest.mark.parametrize("name", ["submit-key", "sign", "hand-in-release", "holder-key", "sign-ceremony", "release"])
def test_what_is_grave_asks_for_the_password_again(cast: Cast, visitors: Visitors, name: str) -> None:
    tender = story.closed(cast)
    number = tender.project.number if name in ("submit-key", "holder-key") else tender.lot.number
    with clock.stands_at(tender.deadline + story.MINUTE):
        client = visitors("owner.holder", proven=False)
        if name in ("submit-key", "sign", "hand-in-release"):
            answer = send(client, name, number, {})
            assert (answer.status_code, answer.json()["step_up"][:24]) == (403, "/account/step-up?next=%2")
        else:
            answer = client.get(reverse(f"bidding:{name}", args=[number]))
            assert (answer.status_code, answer["Location"][:17]) == (302, "/account/step-up?")


@pytest.mark.parametrize("name", ["buyer.holder", "owner.approver", "acme"])
def test_a_seat_is_its_holders_alone(cast: Cast, visitors: Visitors, name: str) -> None:
    tender = story.closed(cast)
    project, lot = tender.project.number, tender.lot.number
    with clock.stands_at(tender.deadline + story.MINUTE):
        client = visitors(name)
        pages = [("seat", project), ("holder-key", project), ("holder-wrapped", project), ("report-lost", project)]
        pages += [(page, lot) for page in ("sign-ceremony", "rehearsal", "rehearsal-document", "release")]
        pages += [(page, lot) for page in ("close-document", "accepted-seals")]
        got = [client.get(reverse(f"bidding:{page}", args=[number])).status_code for page, number in pages]
        sent = [
            send(client, page, number, {}).status_code
            for page, number in (
                ("submit-key", project),
                ("sign", lot),
                ("answer-rehearsal", lot),
                ("hand-in-release", lot),
            )
        ]
    assert (got, sent) == ([404] * 10, [404] * 4)


def test_whoever_is_not_signed_in_is_led_to_the_door(cast: Cast, visitors: Visitors) -> None:
    tender = story.closed(cast)
    with clock.stands_at(tender.deadline):
        client = visitors.stranger()
        page = client.get(reverse("bidding:release", args=[tender.lot.number]))
        posted = send(client, "hand-in-release", tender.lot.number, {})
    assert page["Location"] == f"/account/sign-in?next=%2Fdesk%2Fkeys%2Flots%2F{tender.lot.number}%2Frelease"
    assert (posted.status_code, posted.json()["error"]) == (403, "signed_out")


def test_the_demonstration_says_that_its_keys_are_no_secret(cast: Cast, visitors: Visitors, settings) -> None:
    tender = story.appointed(cast)
    with clock.stands_at(BEFORE):
        client = visitors("owner.holder")
        plain = page_of(client, "seat", tender.project.number)
        settings.YANGGUANG_DEMO = True
        shown = page_of(client, "seat", tender.project.number)
    assert ("demo-keys" in plain, "demo-keys" in shown) == (False, True)


def test_a_person_without_seats_is_told_how_they_come_about(cast: Cast, visitors: Visitors) -> None:
    with clock.stands_at(BEFORE):
        shown = page_of(visitors("buyer.holder"), "seats")
    assert "You are not a key holder of any project." in shown


def test_seals_for_release_are_asked_of_the_same_gate(cast: Cast) -> None:
    tender = story.closed(cast)
    assert len(access.seals_for_release(cast.actor("owner.holder"), tender.lot)) == 3
