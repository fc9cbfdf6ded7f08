from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from core import clock

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

pytestmark = [pytest.mark.urls("tests.core.urls"), pytest.mark.django_db]

AT = datetime(2026, 11, 21, 6, 30, 0, 250_000, tzinfo=UTC)


def test_the_clock_tells_the_servers_time_and_is_never_cached(client: Client) -> None:
    with clock.stands_at(AT):
        answer = client.get("/now")
    assert datetime.fromisoformat(answer.json()["now"]) - AT == timedelta(0)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ["/projects?q=%E8%B7%AF&page=2", "/", "/desk"])
def test_the_language_switch_leads_back_to_where_one_was(client: Client, path: str) -> None:
    answer = client.get("/language", {"to": "en", "next": path})
    assert (answer.status_code, answer["Location"]) == (302, path)
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "\\\\x"]
)
def test_the_language_switch_never_leads_to_another_site(client: Client, target: str) -> None:
    assert client.get("/language", {"to": "en", "next": target})["Location"] == "/"


def test_an_unknown_language_changes_nothing(client: Client) -> None:
    assert client.get("/language", {"to": "tlh"}).cookies == {}


def test_the_chosen_language_holds_on_the_next_page(client: Client) -> None:
    client.get("/language", {"to": "en"})
    assert '<html lang="en"' in client.get("/nowhere").text


def test_chinese_comes_first(client: Client) -> None:
    assert '<html lang="zh-hans"' in client.get("/nowhere").text


def test_the_band_offers_the_other_language_for_this_very_page(client: Client) -> None:
    assert (
        'href="/language?to=en&amp;next=%2Fnowhere%3Fa%3D1%26b%3D%25E8%25B7%25AF"'
        in client.get("/nowhere", {"a": 1, "b": "路"}).text
    )


@pytest.mark.parametrize("method", ["post", "put", "delete"])
@pytest.mark.parametrize("path", ["/now", "/language", "/style"])
def test_these_pages_are_only_read(client: Client, path: str, method: str, settings: SettingsWrapper) -> None:
    settings.YANGGUANG_DEMO = True
    assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize(("demo", "status"), [(True, 200), (False, 404)])
def test_the_page_of_components_belongs_to_the_demonstration(
    client: Client, settings: SettingsWrapper, demo: bool, status: int
) -> None:
    settings.YANGGUANG_DEMO = demo
    assert client.get("/style").status_code == status


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "此处没有内容"),
        ("/denied", 403, "您不能办理此事项"),
        ("/suspicious", 400, "无法读取这次请求"),
    ],
)
def test_every_refused_request_has_its_page(client: Client, path: str, status: int, words: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, words in answer.text) == (status, True)


def test_a_request_for_another_host_is_answered_as_one_that_cannot_be_read(client: Client) -> None:
    answer = client.get("/plain", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, "无法读取这次请求" in answer.text) == (400, True)


def test_a_fault_is_answered_by_a_page_in_both_languages_that_needs_nothing(client: Client) -> None:
    client.raise_request_exception = False
    answer = client.get("/faulty")
    assert answer.status_code == 500
    assert [text in answer.text for text in ("平台出现故障", "A fault of the platform")] == [True, True]


def test_the_page_of_a_fault_names_style_sheets_that_exist(client: Client) -> None:
    client.raise_request_exception = False
    sheets = re.findall(r'href="/static/([^"]+)"', client.get("/faulty").text)
    assert sheets
    assert [name for name in sheets if not (settings.BASE_DIR / "static" / name).is_file()] == []
