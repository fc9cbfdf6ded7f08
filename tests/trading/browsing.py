"""A browser for each seat of the cast, and what its pages say."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from tests.accounts.people import signed_in

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from tests.cast import Cast


def browser(cast: Cast, name: str, *, proven: bool = True, language: str = "en") -> Client:
    return signed_in(cast.seats[name], proven=proven, language=language)


def words(response: HttpResponse) -> str:
    """The text of a page, without markup, in one line."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(text))


def why_not(response: HttpResponse) -> list[str]:
    """Every reason beside a shut button, and every line of the error summary."""
    page = response.content.decode()
    shut = re.findall(r'<ul class="reasons"[^>]*>(.*?)</ul>', page, re.DOTALL)
    summary = re.findall(r'id="error-summary-title".*?<ul>(.*?)</ul>', page, re.DOTALL)
    lines = [line for part in (*summary, *shut) for line in re.findall(r"<li>(.*?)</li>", part, re.DOTALL)]
    return [html.unescape(re.sub(r"<[^>]+>", "", line)).strip() for line in lines]
