"""Browsers of the cast: who comes in, at what time, in which seat and language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.test import Client

from accounts.sessions import SEAT

if TYPE_CHECKING:
    from tests.cast import Cast


@dataclass
class Visitors:
    """Clients by the name of a seat in the cast. The clock has to stand while they are used."""

    cast: Cast

    def __call__(self, name: str, *, proven: bool = True, language: str = "en", csrf: bool = False) -> Client:
        """Return a browser in which somebody sits in a seat; ``proven``: the password was just given."""
        client = Client(headers={"accept-language": language}, enforce_csrf_checks=csrf)
        seat = self.cast.seats[name]
        client.force_login(seat.user)
        session = client.session
        session[SEAT] = seat.pk
        if not proven:
            session.pop("proven_at")
        session.save()
        return client

    def stranger(self, language: str = "en") -> Client:
        return Client(headers={"accept-language": language})
