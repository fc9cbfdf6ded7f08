"""Pages of the scale-out form: the WSGI application, once machine and database have been found sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.wsgi import application as unchecked

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler


def _checked() -> WSGIHandler:
    from config import soundness  # noqa: PLC0415  (the line above set the apps up)

    soundness.require()
    return unchecked


application = _checked()
