"""The whole platform in the test's own process: pages and sockets behind one port, on a clock that the test moves.

A standing clock works in one process only, so the journeys serve themselves; what several processes do is proven by
the journey through the scale-out form.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 30.0


@contextmanager
def served() -> Iterator[str]:
    """Serve pages and sockets as ``yangguang up`` does, without its clock and its worker; yields the address."""
    import uvicorn

    from config.asgi import application

    config = uvicorn.Config(
        application, lifespan="off", access_log=False, log_config=None, ws_per_message_deflate=False
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ready = threading.Event()
        thread = threading.Thread(target=asyncio.run, args=(_serve(server, listening, ready),), name="platform")
        thread.start()
        try:
            assert ready.wait(PATIENCE)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join(PATIENCE)


async def _serve(server: object, listening: socket.socket, ready: threading.Event) -> None:
    from core.hub import hub

    hub.start(asyncio.get_running_loop())
    serving = asyncio.create_task(server.serve(sockets=[listening]))  # type: ignore[attr-defined]
    while not server.started:  # type: ignore[attr-defined]  # noqa: ASYNC110  (it tells in no other way)
        await asyncio.sleep(0.01)
    ready.set()
    await serving
