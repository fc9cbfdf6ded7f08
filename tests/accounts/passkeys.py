"""People with passkeys, and how their browsers speak with the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.accounts.authenticator import Authenticator
from tests.accounts.people import speaking

if TYPE_CHECKING:
    from django.test import Client

NEW, REGISTER = "/account/passkeys/new", "/account/passkeys/register"
ASK_WHO, SIGN_IN = "/account/passkeys/sign-in/ask", "/account/passkeys/sign-in"
ASK_AGAIN, PROVE = "/account/passkeys/prove/ask", "/account/passkeys/prove"
ASK_TO_SIGN = "/account/passkeys/sign/ask"


def post(client: Client, address: str, value: dict[str, Any] | None = None) -> Any:
    return client.post(address, value or {}, content_type="application/json", headers={"accept": "application/json"})


def asked(client: Client, address: str, value: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = post(client, address, value)
    assert answer.status_code == 200, answer.content
    return answer.json()


def add_passkey(client: Client, device: Authenticator | None = None, *, name: str = "blue key") -> Authenticator:
    """Register ``device`` (a new one) for whoever sits in front of ``client``."""
    device = device or Authenticator()
    answer = post(client, REGISTER, {"name": name, "answer": device.make(asked(client, NEW))})
    assert answer.status_code == 201, answer.content
    return device


def sign_in_with(device: Authenticator, client: Client | None = None, **lies: Any) -> tuple[Client, Any]:
    client = client or speaking()
    answer = device.use(asked(client, ASK_WHO), **lies)
    return client, post(client, SIGN_IN, {"answer": answer, "next": "/inbox"})


def prove_with(device: Authenticator, client: Client, **lies: Any) -> Any:
    return post(client, PROVE, {"answer": device.use(asked(client, ASK_AGAIN), **lies), "next": "/inbox"})


def reasons(answer: Any) -> list[str]:
    return answer.json()["reasons"]
