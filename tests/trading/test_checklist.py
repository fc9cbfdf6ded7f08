"""The checklist beside a notice, as each reader sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from core import clock
from tests.stories import trading as story
from tests.trading.browsing import browser, words
from trading.models import Project

if TYPE_CHECKING:
    from tests.cast import Cast


def test_the_checklist_leads_to_the_form_whoever_may_write_it_and_nobody_else(cast: Cast) -> None:
    project = story.drafted(cast)
    Project.objects.update(terms=project.terms | {"contact_name": ""})
    way = reverse("trading:edit", args=[project.number, "contact"])
    preview = reverse("trading:preview", args=[project.number])
    with clock.stands_at(story.ANNOUNCED):
        pages = {name: browser(cast, name).get(preview) for name in ("owner.drafter", "supervisor")}
    assert {name: way in page.content.decode() for name, page in pages.items()} == {
        "owner.drafter": True,
        "supervisor": False,
    }
    assert "To announce" in words(pages["supervisor"])
