"""Browsers with an authenticator of their own: Chromium keeps one in memory, with a PRF, and touches it by itself."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import CDPSession, Page

OPTIONS: dict[str, Any] = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "hasPrf": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class VirtualKey:
    """One virtual authenticator of one page's browser."""

    def __init__(self, session: CDPSession, name: str) -> None:
        self.session, self.name = session, name

    def recognises(self, *, its_owner: bool) -> None:
        """Say whether the next person in front of it is its owner."""
        self.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.name, "isUserVerified": its_owner}
        )  # fmt: skip


@contextmanager
def virtual_key(page: Page, **options: Any) -> Iterator[VirtualKey]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS | options})
    yield VirtualKey(session, made["authenticatorId"])
    session.detach()
