"""The one process of the embedded form: pages, sockets, clock and worker behind one port."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from config import starting

if TYPE_CHECKING:
    import socket

log = logging.getLogger(__name__)
PATIENCE = 5.0  # seconds that a stopping part is waited for


def serve(*, host: str, port: int, demo: bool, admin: str | None) -> None:
    """Prepare the data folder and serve until interrupted."""
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["YANGGUANG_DEMO"] = "yes" if demo else "no"
    os.environ.setdefault("YANGGUANG_URL", address)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both signals end the process the same way
    import django  # noqa: PLC0415  (settings are chosen by the lines above)

    django.setup()
    try:
        with ExitStack() as held:
            _hold_the_folder(held)
            listening = held.enter_context(starting.listen(host, port))
            starting.prepare(demo=demo, admin=admin)
            sys.stdout.write(f"\n阳光交易 Yangguang: {address}/   (Ctrl-C stops it)\n")
            sys.stdout.flush()
            asyncio.run(_run(listening))
    except KeyboardInterrupt:
        sys.stdout.write("\nstopped\n")


def _hold_the_folder(held: ExitStack) -> None:
    from django.conf import settings  # noqa: PLC0415  (after setup)

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a folder that is not there
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        held.enter_context(starting.alone_with(Path(settings.DATA_DIR)))


async def _run(listening: socket.socket) -> None:
    import uvicorn  # noqa: PLC0415  (after setup)
    from django.conf import settings  # noqa: PLC0415

    from config import clock  # noqa: PLC0415
    from config.asgi import application  # noqa: PLC0415
    from core import hub  # noqa: PLC0415

    stopped = threading.Event()
    hub.hub.start(asyncio.get_running_loop())
    ticking = clock.start(stopped)
    joined = asyncio.create_task(hub.subscribe()) if settings.REDIS_URL else None
    worker = None if settings.REDIS_URL else await asyncio.to_thread(Worker.started)  # it closes connections
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="warning",
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=int(PATIENCE),
        )
    )
    try:
        await server.serve(sockets=[listening])
    finally:
        stopped.set()
        if joined:
            joined.cancel()
        if worker:
            worker.stop()
        ticking.join(PATIENCE)


class Worker:
    """Celery's worker in a thread of this process: two threads for jobs, no broker to install."""

    def __init__(self) -> None:
        from celery.worker import WorkController  # noqa: PLC0415

        from config.celery import app  # noqa: PLC0415

        self._controller = WorkController(
            app=app,
            pool_cls="threads",
            concurrency=2,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            loglevel="WARNING",
        )
        self._thread = threading.Thread(target=self._controller.start, name="worker", daemon=True)

    @classmethod
    def started(cls) -> Worker:
        worker = cls()
        worker._thread.start()
        return worker

    def stop(self) -> None:
        """Let jobs that run come to their end; what is not begun waits for the next start (core/jobs.py)."""
        self._controller.stop()
        self._thread.join(PATIENCE)
