"""Hubs of several processes, joined by Redis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import transaction

from core import hub as module
from core.hub import publish

LISTENER = """
import asyncio, sys
import django
django.setup()
from core import hub

class Browser:
    async def send_frame(self, frame):
        print(frame, flush=True)
    async def evict(self):
        pass

async def main():
    hub.hub.start(asyncio.get_running_loop())
    hub.hub.join(sys.argv[1], Browser())
    await hub.subscribe()

asyncio.run(main())
"""


@contextmanager
def listening(room: str, url: str, folder):
    environ = os.environ | {
        "REDIS_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "YANGGUANG_DATA": str(folder),
        "YANGGUANG_LOG": "CRITICAL",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", LISTENER, room], env=environ, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        yield process.stdout
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_two_processes_are_joined_and_fetch_again_after_they_lost_redis(settings, tmp_path, monkeypatch):
    import redis

    monkeypatch.setattr(module, "_connections", [])
    room, names = f"hall:{uuid4()}", [f"listener-{uuid4()}" for _ in range(2)]
    with (
        redis.Redis.from_url(settings.REDIS_URL) as client,
        listening(room, f"{settings.REDIS_URL}?client_name={names[0]}", tmp_path) as first,
        listening(room, f"{settings.REDIS_URL}?client_name={names[1]}", tmp_path) as second,
    ):
        assert [json.loads(lines.readline()) for lines in (first, second)] == [{"resync": True}] * 2
        with transaction.atomic(durable=True):
            publish(room, {"seq": 1})
        assert [json.loads(lines.readline()) for lines in (first, second)] == [{"seq": 1}] * 2
        (lost,) = [each["id"] for each in client.client_list() if each["name"] == names[0]]
        client.client_kill_filter(_id=lost)
        assert json.loads(first.readline()) == {"resync": True}  # by itself, within a second
        with transaction.atomic(durable=True):
            publish(room, {"seq": 2})
        assert [json.loads(lines.readline()) for lines in (first, second)] == [{"seq": 2}] * 2
    module._connections.pop().close()
