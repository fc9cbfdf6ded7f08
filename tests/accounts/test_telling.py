from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts import reading, spoken
from accounts.models import InboxMessage
from accounts.telling import tell
from core.errors import NotYours
from core.money import Money
from core.reasons import Reason, reason
from tests.accounts.conftest import AT
from tests.accounts.people import signed_in


def say(recipient, **more):
    fields = {"kind": "test.thing.happened", "title": reason("Thing {n}", n=1), "at": AT} | more
    return tell(recipient, **fields)


def seen_by(membership):
    page = signed_in(membership).get("/inbox")
    return [str(line["title"]) for line in page.context["lines"]]


def test_a_message_to_an_organisation_is_read_by_whoever_sits_in_the_role(cast):
    say(cast.owner, role="OWNER", title=reason("For owners"))
    say(cast.owner, role="KEY_HOLDER", title=reason("For holders"))
    say(cast.owner, title=reason("For all"))
    say(cast.acme, title=reason("For Acme"))
    say(cast.drafter.user, title=reason("For the drafter"))
    assert seen_by(cast.drafter) == ["For the drafter", "For all", "For owners"]
    assert seen_by(cast.approver) == ["For all", "For owners"]
    assert seen_by(cast.signer) == ["For Acme"]


def test_a_message_is_written_with_what_it_tells_of_or_not_at_all(cast):
    def failing_verb():
        with transaction.atomic():
            say(cast.owner)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing_verb()
    assert InboxMessage.objects.count() == 0


def test_a_message_reads_in_the_language_of_its_reader(cast):
    say(cast.drafter.user, title=reason("{name} is suspended", name="Acme"))
    assert "Acme is suspended" in signed_in(cast.drafter).get("/inbox").content.decode()
    assert "Acme 已被暂停" in signed_in(cast.drafter, language="zh-hans").get("/inbox").content.decode()


@pytest.mark.parametrize(
    ("value", "reads"),
    [
        ("text", "text"),
        (7, "7"),
        (True, "True"),
        (Decimal("1.50"), "1.50"),
        (Money(Decimal("1234.5"), "CNY"), "¥1,234.50"),
        (datetime(2026, 3, 2, 1, 0, tzinfo=UTC), "2026-03-02 09:00:00"),
        (date(2026, 3, 2), "2026-03-02"),
        (reason("inner {x}", x=reason("most")), "inner most"),
    ],
)
def test_what_a_message_carries_comes_back_as_a_person_reads_it(value, reads):
    import json

    kept = json.loads(json.dumps(spoken.packed(reason("is {value}", value=value))))
    assert spoken.unpacked(kept) == f"is {reads}"


def test_a_message_carries_nothing_else(cast):
    with pytest.raises(TypeError):
        spoken.packed(reason("is {value}", value=1.5))
    assert spoken.packed("plain {braces}") == {"msgid": "plain {braces}", "params": {}}
    assert spoken.unpacked({}) == Reason("")


@pytest.mark.parametrize("link", ["https://evil.example", "//evil.example", "javascript:x"])
def test_a_message_links_to_our_own_pages_only(cast, link):
    with pytest.raises(ValueError, match="a page of this platform"):
        say(cast.owner, link=link)


def test_the_database_wants_one_recipient(cast):
    say(cast.owner)
    for wrong in ({"user": cast.drafter.user}, {"organisation": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InboxMessage.objects.update(**wrong)


def test_looking_changes_nothing_and_opening_says_who_read_it(cast):
    message = say(cast.owner, link="/projects/CT-1", project="CT-1", body=reason("More"))
    client = signed_in(cast.drafter)
    assert "More" in client.get(f"/inbox/{message.number}").content.decode()
    assert InboxMessage.objects.get().read_at is None
    assert client.post(f"/inbox/{message.number}/read")["Location"] == "/projects/CT-1"
    signed_in(cast.approver).post(f"/inbox/{message.number}/read")
    read = InboxMessage.objects.get()
    assert (read.read_at, read.read_by) == (AT, cast.drafter.user)
    assert "Read by Drafter at 2026-03-02 09:00:00." in client.get(f"/inbox/{message.number}").content.decode()


def test_a_message_to_others_does_not_exist(cast):
    message = say(cast.owner)
    stranger = signed_in(cast.signer)
    assert stranger.get(f"/inbox/{message.number}").status_code == 404
    assert stranger.post(f"/inbox/{message.number}/read").status_code == 404
    with pytest.raises(NotYours):
        reading.read_message(message.number, user=cast.signer.user, seat=cast.signer, at=AT)
    assert InboxMessage.objects.get().read_at is None


def test_everything_is_marked_at_once_but_only_ones_own(cast):
    for recipient in (cast.owner, cast.owner, cast.acme):
        say(recipient)
    client = signed_in(cast.drafter)
    page = client.post("/inbox/read", follow=True)
    assert "2 messages were marked as read." in page.content.decode()
    assert InboxMessage.objects.filter(read_at=None).get().organisation == cast.acme


def test_the_inbox_filters(cast):
    say(cast.owner, project="CT-2026-000001", title=reason("One"))
    old = say(cast.owner, project="CT-2026-000002", title=reason("Two"))
    client = signed_in(cast.drafter)
    client.post(f"/inbox/{old.number}/read")

    def titles(**query):
        return [str(line["title"]) for line in client.get("/inbox", query).context["lines"]]

    assert titles() == ["Two", "One"]
    assert titles(unread="on") == ["One"]
    assert titles(project="000002") == ["Two"]
    assert titles(project="none") == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_inbox_costs_the_same_for_one_and_for_three(cast, django_assert_num_queries, count):
    for _ in range(count):
        say(cast.owner)
    client = signed_in(cast.drafter)
    with django_assert_num_queries(6):  # session, person, seats; unread, count, rows
        assert len(client.get("/inbox").context["lines"]) == count
