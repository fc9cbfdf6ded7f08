"""The one process of the embedded form: pages, sockets, clock and worker behind one port."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading

log = logging.getLogger(__name__)


def serve(*, host: str, port: int, demo: bool, admin: str | None) -> None:
    """Prepare the data folder and serve until interrupted."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django  # noqa: PLC0415  (settings are chosen by the lines above)

    django.setup()
    prepare(demo=demo, admin=admin)
    sys.stdout.write(f"\n阳光交易 Yangguang: http://{host}:{port}/\n")
    sys.stdout.flush()
    asyncio.run(_run(host, port))


def prepare(*, demo: bool, admin: str | None) -> None:
    """Migrate, say what the database is for, and make the demonstration or the first administrator."""
    from django.core.management import call_command  # noqa: PLC0415  (after setup)

    call_command("migrate", interactive=False, verbosity=0)
    call_command("install", verbosity=0)
    if demo:
        call_command("demo")
    elif admin:
        call_command("found_centre", admin)


async def _run(host: str, port: int) -> None:
    import uvicorn  # noqa: PLC0415  (after setup)
    from django.conf import settings  # noqa: PLC0415

    from config import clock  # noqa: PLC0415
    from config.asgi import application  # noqa: PLC0415
    from core import hub  # noqa: PLC0415

    stopped = threading.Event()
    hub.hub.start(asyncio.get_running_loop())
    clock.start(stopped)
    listening = asyncio.create_task(hub.subscribe()) if settings.REDIS_URL else None
    if not settings.REDIS_URL:
        start_worker()
    server = uvicorn.Server(
        uvicorn.Config(
            application, host=host, port=port, lifespan="off", access_log=False, ws_per_message_deflate=False
        )
    )
    try:
        await server.serve()
    finally:
        stopped.set()
        if listening:
            listening.cancel()


def start_worker() -> None:
    """Run Celery's worker in a daemon thread: two threads, no broker to install."""
    threading.Thread(target=_work, name="worker", daemon=True).start()


def _work() -> None:
    from celery.worker import WorkController  # noqa: PLC0415

    from config.celery import app  # noqa: PLC0415

    WorkController(
        app=app,
        pool_cls="threads",
        concurrency=2,
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
        loglevel="WARNING",
    ).start()
