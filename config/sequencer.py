"""The loop of the log as a thread beside the pages (embedded form); on its own it is ``config/processes.py``."""

from __future__ import annotations

import threading

from django.db import connections

from core.sequencer import SequencerLoop


def start(stopped: threading.Event) -> threading.Thread:
    """Run the loop in a daemon thread of this process."""
    thread = threading.Thread(target=_run_and_close, args=(stopped,), name="sequencer", daemon=True)
    thread.start()
    return thread


def _run_and_close(stopped: threading.Event) -> None:
    try:
        SequencerLoop(stopped=stopped).run()
    finally:
        connections.close_all()
