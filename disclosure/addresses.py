"""Addresses of pages that other apps serve: empty where a page does not exist."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse


def of(name: str, **kwargs: object) -> str:
    """Return the address of a named page, or an empty text if there is none of that name."""
    try:
        return reverse(name, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""
