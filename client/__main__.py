"""``python -m client``."""

from client.console import run

run()
