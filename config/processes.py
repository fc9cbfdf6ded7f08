"""The processes of the scale-out form that are ours: rooms, clock, sequencer; the rest is granian's and Celery's."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType


def run_clock(*, heartbeat: Path | None) -> None:
    """Take what is due until the process is told to stop; ``heartbeat`` is touched after every turn."""
    _set_up()
    from config import soundness  # noqa: PLC0415  (after setup)
    from config.clock import ClockLoop  # noqa: PLC0415

    soundness.require()
    stopped, wait = _until_told(heartbeat)
    sys.stdout.write("the clock runs\n")
    sys.stdout.flush()
    ClockLoop(stopped=stopped, wait=wait).run()


def run_sequencer(*, heartbeat: Path | None) -> None:
    """Give entries their place in the log until the process is told to stop; ``heartbeat`` as above."""
    _set_up()
    from config import soundness  # noqa: PLC0415
    from core.sequencer import SequencerLoop  # noqa: PLC0415  (after setup)

    soundness.require(role="sequencer")
    stopped, wait = _until_told(heartbeat)
    sys.stdout.write("the sequencer runs\n")
    sys.stdout.flush()
    SequencerLoop(stopped=stopped, wait=wait).run()


def _until_told(heartbeat: Path | None) -> tuple[threading.Event, Callable[[float], None]]:
    """Return what is set by the signals that end the process, and how a loop waits."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    def wait(seconds: float) -> None:
        if heartbeat:
            heartbeat.touch()
        stopped.wait(seconds)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopped, wait


def run_rooms(*, host: str, port: int) -> None:
    """Serve the sockets, joined with the other processes through Redis; nothing else."""
    _set_up()
    asyncio.run(_rooms(host, port))


async def _rooms(host: str, port: int) -> None:
    import uvicorn  # noqa: PLC0415  (after setup)
    from django.conf import settings  # noqa: PLC0415

    from config.asgi import rooms  # noqa: PLC0415
    from core import hub  # noqa: PLC0415

    hub.hub.start(asyncio.get_running_loop())
    listening = asyncio.create_task(hub.subscribe()) if settings.REDIS_URL else None
    server = uvicorn.Server(
        uvicorn.Config(rooms, host=host, port=port, lifespan="off", access_log=False, ws_per_message_deflate=False)
    )
    try:
        await server.serve()
    finally:
        if listening:
            listening.cancel()


def _set_up() -> None:
    import django  # noqa: PLC0415  (the console chose the settings before)

    django.setup()
