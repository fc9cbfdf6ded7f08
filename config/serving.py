"""The one process of the embedded form: pages, sockets, clock and worker behind one port."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from config import starting

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)
PATIENCE = 5  # seconds that a stopping part is waited for


def serve(*, host: str, port: int, demo: bool, admin: str | None, with_clock: bool = True) -> None:
    """Prepare the data folder and serve until interrupted; without the clock nothing that is due is taken."""
    os.umask(0o077)  # rows and secrets are files: nobody else on this machine reads them
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["YANGGUANG_DEMO"] = "yes" if demo else "no"
    os.environ.setdefault("YANGGUANG_URL", address)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both signals end the process the same way
    import django  # noqa: PLC0415  (settings are chosen by the lines above)

    django.setup()
    from config import soundness  # noqa: PLC0415  (after setup)

    # An interrupt that comes while the server is ending anyway is swallowed by the event loop: stopped is stopped.
    with suppress(KeyboardInterrupt), ExitStack() as held:
        _hold_the_folder(held)
        listening = held.enter_context(starting.listen(host, port))
        starting.prepare(demo=demo, admin=admin)
        soundness.require()
        held.enter_context(at_work(with_clock=with_clock))
        if not with_clock:
            sys.stdout.write("\nThe clock does not run: what is due stays as it is until the next start.\n")
        sys.stdout.write(f"\n阳光交易 Yangguang: {address}/   (Ctrl-C stops it)\n")
        sys.stdout.flush()
        asyncio.run(_run(listening))
    sys.stdout.write("\nstopped\n")


def _hold_the_folder(held: ExitStack) -> None:
    from django.conf import settings  # noqa: PLC0415  (after setup)

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a folder that is not there
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        held.enter_context(starting.alone_with(Path(settings.DATA_DIR)))


@contextmanager
def at_work(*, with_clock: bool = True) -> Iterator[None]:
    """Keep the sequencer, the clock, if it is wanted, and, where no broker brings one, the worker beside the pages."""
    from django.conf import settings  # noqa: PLC0415  (after setup)

    from config import clock, sequencer  # noqa: PLC0415

    stopped = threading.Event()
    stop_worker = None if settings.REDIS_URL else start_worker()
    sequencing = sequencer.start(stopped)
    ticking = clock.start(stopped) if with_clock else None
    try:
        yield
    finally:
        stopped.set()
        if stop_worker:
            stop_worker()
        if ticking:
            ticking.join(PATIENCE)
        sequencing.join(PATIENCE)


def start_worker() -> Callable[[], None]:
    """Run Celery's worker in a thread of this process, no broker to install; return what stops it.

    Jobs that run come to their end; what is not begun waits for the next start (core/jobs.py).
    """
    from celery.worker import WorkController  # noqa: PLC0415  (after setup)

    from config.celery import app  # noqa: PLC0415

    logging.getLogger("celery").setLevel(logging.WARNING)  # a line for every job would hide what matters
    worker = WorkController(
        app=app,
        pool_cls="threads",
        concurrency=2,
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
        loglevel="WARNING",
    )
    thread = threading.Thread(target=worker.start, name="worker", daemon=True)
    thread.start()

    def stop() -> None:
        worker.stop()
        thread.join(PATIENCE)

    return stop


async def _run(listening: socket.socket) -> None:
    import uvicorn  # noqa: PLC0415  (after setup)
    from django.conf import settings  # noqa: PLC0415

    from config.asgi import application  # noqa: PLC0415
    from core import hub  # noqa: PLC0415

    hub.hub.start(asyncio.get_running_loop())
    joined = asyncio.create_task(hub.subscribe()) if settings.REDIS_URL else None
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="warning",
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=PATIENCE,
        )
    )
    try:
        await server.serve(sockets=[listening])
    finally:
        if joined:
            joined.cancel()
