"""Bundles that were made already: a folder of files named by what they hold, which may be thrown away at any time."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings

from disclosure import bundles

if TYPE_CHECKING:
    from disclosure.bundles import Bundle

FOLDER: Final = "bundles"
AGE: Final = timedelta(days=7)  # since it was made: making it again gives the same bytes


def kept(bundle: Bundle) -> Path:
    """Return the archive of a bundle; of two requests that make it at once either may win, they make the same."""
    path = _folder() / f"{bundle.version}.zip"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".draft", delete=False) as draft:
            try:
                bundles.write(bundle, draft)
            except BaseException:  # half a bundle is no bundle
                Path(draft.name).unlink()
                raise
        Path(draft.name).replace(path)
    return path


def tidy(*, at: datetime) -> int:
    """Throw away what is old and return how much that was."""
    old = [file for file in _folder().glob("*") if datetime.fromtimestamp(file.stat().st_mtime, UTC) < at - AGE]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / FOLDER
