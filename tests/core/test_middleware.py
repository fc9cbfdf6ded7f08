from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from core.middleware import RefusalMiddleware

pytestmark = [pytest.mark.urls("tests.core.urls"), pytest.mark.django_db]


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_a_request_of_our_own_pages_goes_through(client: Client, site: str | None) -> None:
    headers = {} if site is None else {"Sec-Fetch-Site": site}
    assert client.post("/plain", headers=headers).content == b"plain"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "something new"])
def test_a_change_sent_by_another_site_is_refused_with_its_own_page(client: Client, site: str) -> None:
    answer = client.post("/plain", headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, "该表单不是从本站提交的" in answer.text) == (403, True)


def test_reading_from_another_site_is_allowed(client: Client) -> None:
    assert client.get("/plain", headers={"Sec-Fetch-Site": "cross-site"}).content == b"plain"


def test_a_form_without_its_token_is_refused_with_the_same_page() -> None:
    answer = Client(enforce_csrf_checks=True).post("/plain")
    assert (answer.status_code, "该表单不是从本站提交的" in answer.text) == (403, True)


def test_a_refusal_that_no_page_caught_shows_every_reason(client: Client) -> None:
    answer = client.post("/refused")
    assert answer.status_code == 409
    assert [text in answer.text for text in ("2026-11-21 14:30:00 北京时间", "second reason")] == [True, True]


def test_what_is_not_yours_reads_like_what_does_not_exist(client: Client) -> None:
    foreign, absent = client.get("/not-yours"), client.get("/nowhere!!")
    same = foreign.text.replace("not-yours", "").splitlines(), absent.text.replace("nowhere%21%21", "").splitlines()
    differing = [a for a, b in zip(*same, strict=True) if a != b and "datetime" not in a and "server-now" not in a]
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert [line for line in differing if "print-head" not in line] == []


def test_an_answer_to_a_change_is_not_kept_by_caches(client: Client) -> None:
    assert "no-store" in client.post("/plain")["Cache-Control"]


def test_an_answer_to_a_stranger_may_be_kept(client: Client) -> None:
    assert "Cache-Control" not in client.get("/plain")


class Somebody:
    is_authenticated = True


@pytest.mark.parametrize(("set_before", "kept"), [(None, True), ("public, max-age=60", False)])
def test_an_answer_to_somebody_signed_in_is_not_kept_unless_the_page_says_so(
    rf: RequestFactory, set_before: str | None, kept: bool
) -> None:
    def page(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Cache-Control": set_before} if set_before else {})

    request = rf.get("/")
    request.user = Somebody()  # type: ignore[assignment]  # all that the middleware asks
    assert ("no-store" in RefusalMiddleware(page)(request).headers["Cache-Control"]) is kept


def test_other_faults_are_left_to_the_framework(rf: RequestFactory) -> None:
    middleware = RefusalMiddleware(lambda _request: HttpResponse())
    assert middleware.process_exception(rf.get("/"), ZeroDivisionError()) is None
