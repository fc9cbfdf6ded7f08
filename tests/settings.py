"""The platform's own settings, in a data folder of the tests and with a password hash that costs less.

Everything else is what is served: the same middleware, policy, databases' options and languages.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher

_folder = tempfile.mkdtemp(prefix="yangguang-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["YANGGUANG_DATA"] = _folder
(Path(_folder) / "static").mkdir()  # WhiteNoise warns of a folder that is not there
os.environ.setdefault("YANGGUANG_SECRET_KEY", "a key that only the tests know, long enough for every check of Django")
os.environ.setdefault("YANGGUANG_LOG", "WARNING")
if redis := os.environ.get("REDIS_URL"):  # each worker of pytest-xdist empties a numbered database of its own
    address, _, number = redis.rpartition("/")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = f"{address}/{int(number) + int(worker)}"

from config.settings import *  # noqa: E402, F403  (reads the environment set above)
from config.settings import DATABASES  # noqa: E402

if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, as in service: a database in memory has other locks, and races would prove nothing.
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}
else:  # two runs at a time on one server do not meet
    DATABASES["default"]["TEST"] = {"NAME": f"test_{DATABASES['default']['NAME']}_{os.getpid()}"}


# A thread that served a socket gives its connection back: kept open, it would outlive its test and hold the database.
DATABASES["default"]["CONN_MAX_AGE"] = 0

LOG_INLINE = True


class CheapArgon2PasswordHasher(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 8, 1


PASSWORD_HASHERS = ["tests.settings.CheapArgon2PasswordHasher"]
