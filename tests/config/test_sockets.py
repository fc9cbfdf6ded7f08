from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.testing import ApplicationCommunicator

from config.asgi import application, rooms

OWN, FOREIGN = b"http://localhost:8000", b"http://elsewhere.example"


def run(story):
    """Run a coroutine in a loop of its own: another test's browser may have one running in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, story).result()


async def called(served, path: str, *, origin: bytes = OWN) -> tuple[bool, int | None]:
    """Return whether a socket was accepted, and the code with which it was closed."""
    headers = [(b"origin", origin), (b"host", b"localhost:8000")]
    scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers, "subprotocols": []}
    browser = ApplicationCommunicator(served, scope)
    await browser.send_input({"type": "websocket.connect"})
    answer = await browser.receive_output(timeout=10)
    accepted = answer["type"] == "websocket.accept"
    if accepted:
        answer = await browser.receive_output(timeout=10)
    await browser.send_input({"type": "websocket.disconnect", "code": 1000})
    await browser.wait(timeout=10)
    return accepted, answer.get("code")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("served", [application, rooms], ids=["one process", "rooms"])
def test_a_hall_that_does_not_exist_says_so(served):
    assert run(called(served, "/ws/hall/NO-SUCH-LOT")) == (True, 4404)


@pytest.mark.parametrize("path", ["/ws/hall/", "/ws/elsewhere", "/", "/ws/hall/A/B"])
def test_any_other_address_is_closed_without_a_fault(path, caplog):
    assert run(called(rooms, path)) == (False, 4404)
    assert caplog.records == []


@pytest.mark.parametrize("origin", [FOREIGN, b"null", b""])
def test_a_page_of_another_site_opens_no_socket(origin):
    accepted, code = run(called(rooms, "/ws/hall/NO-SUCH-LOT", origin=origin))
    assert (accepted, code in (None, 1000, 4403)) == (False, True)


def test_the_rooms_serve_sockets_and_nothing_else():
    assert set(rooms.application_mapping) == {"websocket"}
    assert set(application.application_mapping) == {"http", "websocket"}
