"""A browser's end of a socket, for tests: connect, read, say, go."""

from __future__ import annotations

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator

PATIENCE = 5.0


class Watcher(ApplicationCommunicator):  # type: ignore[misc]  # asgiref's testing brings no types
    """One socket to an ASGI application."""

    def __init__(self, application: Any, path: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": headers or [],
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self) -> bool:
        """Say whether the server takes the socket."""
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output(PATIENCE))["type"] == "websocket.accept")

    async def frame(self) -> dict[str, Any]:
        message = await self.receive_output(PATIENCE)
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])  # type: ignore[no-any-return]

    async def close_code(self) -> int:
        message = await self.receive_output(PATIENCE)
        assert message["type"] == "websocket.close", message
        return int(message["code"])

    async def say(self, *, text: str | None = None, octets: bytes | None = None) -> None:
        await self.send_input({"type": "websocket.receive", "text": text, "bytes": octets})

    async def go(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(PATIENCE)
