#!/usr/bin/env python
"""Django's own command line; ``./yangguang WORD`` comes here for every word that it does not know itself."""

from __future__ import annotations

import sys

from config.console import manage

if __name__ == "__main__":
    manage(sys.argv)
