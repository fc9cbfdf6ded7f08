"""``python -m witness``: the same as the console word ``tsb-witness``."""

from __future__ import annotations

import sys

from witness.console import main

sys.exit(main())
