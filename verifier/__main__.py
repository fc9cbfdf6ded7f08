"""``python -m verifier BUNDLE --trust trust.json``."""

from __future__ import annotations

import sys

from verifier.console import main

sys.exit(main(sys.argv[1:]))
