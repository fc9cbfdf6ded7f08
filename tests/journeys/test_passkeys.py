"""A person adds a passkey in a real browser, signs in with it and proves with it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.models import Passkey, PersonSignature
from bidding.models import Seal
from core import clock
from tests.accounts.people import PASSWORD, entries
from tests.journeys.passkeys import virtual_key
from tests.journeys.serving import served
from tests.journeys.visitors import Visitor
from tests.journeys.watching import WIDE, Watch, pictures
from tests.stories import bidding as story
from tests.stories.trading import ANNOUNCED, DAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser
    from pytest_django.fixtures import SettingsWrapper

    from tests.cast import Cast

pytestmark = pytest.mark.journey


@pytest.fixture
def visitor(
    browser: Browser, cast: Cast, settings: SettingsWrapper, request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    """The owner's approver at the address at which passkeys work."""
    with clock.stands_at(ANNOUNCED - 40 * DAY), _visiting(browser, settings, request, "owner-approver") as found:
        yield found


@contextmanager
def _visiting(
    browser: Browser, settings: SettingsWrapper, request: pytest.FixtureRequest, name: str
) -> Iterator[Visitor]:
    with served() as numbered:
        address = numbered.replace("127.0.0.1", "localhost")
        settings.PASSKEY_ORIGIN = address
        watch = Watch(address, pictures(request.node.name))
        context = watch.over(browser.new_context(viewport=WIDE, locale="zh-CN"))  # type: ignore[arg-type]
        yield Visitor(name, context.new_page(), watch)
        context.close()
    assert watch.complaints == []


def test_a_passkey_is_added_signs_in_and_proves(visitor: Visitor) -> None:
    page = visitor.page
    with virtual_key(page) as key:
        page.goto(visitor.watch.address + "/account/sign-in")
        visitor.look("sign-in")
        visitor.go("/account/passkeys/", name="no-passkey")
        visitor.click("main a.button.primary")
        visitor.look("new-passkey")
        page.fill("[name=name]", "办公室电脑")
        with page.expect_navigation(url="**/account/passkeys/"):
            page.click("[data-passkey] button.primary")
        visitor.look("one-passkey")
        assert Passkey.objects.get().has_prf

        page.click("details.seat summary")
        with page.expect_navigation(url="**/account/sign-in"):
            page.click("form[action$='/account/sign-out'] button")
        with page.expect_navigation(url="**/desk"):
            page.click("[data-use]")
        assert entries("auth.session.opened")[-1][1]["by"] == "passkey"

        with clock.stands_at(ANNOUNCED - 40 * DAY + 0.01 * DAY):
            page.goto(visitor.watch.address + "/account/organisation/members/add")
            assert visitor.path == "/account/step-up"
            visitor.look("step-up")
            with page.expect_navigation(url="**/members/add"):
                page.click("[data-use]")
        assert entries("auth.session.proven")[-1][1]["by"] == "passkey"

        page.goto(visitor.watch.address + "/account/step-up")
        key.recognises(its_owner=False)  # Chromium then believes this authenticator no more
        page.click("[data-use]")
        page.wait_for_selector("[data-errors]:not([hidden])")
        visitor.look("not-recognised")


def test_the_page_says_where_passkeys_work(visitor: Visitor) -> None:
    elsewhere = visitor.watch.address.replace("localhost", "127.0.0.1")
    visitor.watch.address = elsewhere
    visitor.page.goto(f"{elsewhere}/account/sign-in")
    visitor.page.click("[data-use]")
    said = visitor.page.inner_text("[data-errors]")
    assert "通行密钥只在 http://localhost:" in said
    assert PASSWORD not in said


def test_a_key_that_the_passkey_locks_and_unlocks_withdraws_a_bid(
    browser: Browser, cast: Cast, settings: SettingsWrapper, request: pytest.FixtureRequest
) -> None:
    tender = story.sealed(cast)
    with (
        clock.stands_at(tender.deadline - 60 * story.MINUTE),
        _visiting(browser, settings, request, "acme") as visitor,
        virtual_key(visitor.page),
    ):
        page = visitor.page
        visitor.go("/account/passkeys/new")
        page.fill("[name=name]", "办公室电脑")
        with page.expect_navigation(url="**/account/passkeys/"):
            page.click("[data-passkey] button.primary")
        _prove(visitor, "/account/passkeys/new")
        page.goto(visitor.watch.address + "/account/passkeys/")
        page.click("form[action$='/codes'] button")
        page.wait_for_selector("[data-print]")
        visitor.look("recovery-codes")
        page.goto(visitor.watch.address + "/account/keys/bidder")
        visitor.look("bidder-key")
        page.check("[name=with_passkey]")
        visitor.look("bidder-key-by-passkey")
        assert not page.is_visible("[name=passphrase]")
        page.click("[data-form] button.primary")
        visitor.done()
        visitor.look("bidder-key-made")
        assert len(page.inner_text("[data-made] code")) == 32

        page.goto(visitor.watch.address + reverse("bidding:withdraw", args=[tender.lot.number]))
        page.wait_for_selector("[data-when=opens]:not([hidden])")
        visitor.look("withdraw-by-passkey")
        page.click("[data-form] button:not([type=button])")
        visitor.done()
        page.goto(visitor.watch.address + "/account/signatures/")
        visitor.look("signatures")
    kinds = list(PersonSignature.objects.values_list("kind", "user__username"))
    assert kinds == [("withdrawal", "acme")]
    assert not Seal.in_box.filter(state=Seal.LIVE, bidder=cast["acme"]).exists()


def _prove(visitor: Visitor, address: str) -> None:
    """Go to a page that asks for a proof first."""
    visitor.page.goto(visitor.watch.address + address)
    with visitor.page.expect_navigation(url=f"**{address}"):
        visitor.page.click("[data-use]")
