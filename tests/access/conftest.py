from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.test import override_settings

from tests import witnessing
from tests.access.world import make_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker

    from tests.access.world import World


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One world for all tests of a module, in a transaction that never commits; each request undoes what it did."""
    files, keys = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("vrf")
    with (
        django_db_blocker.unblock(),
        override_settings(STORAGE_ROOT=files, VRF_KEYS_DIR=keys),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("core.sequencer.panel", witnessing.panel)  # as for every test: here it is made before the first
        witnessing.forget()
        everything = transaction.atomic()
        everything._from_testcase = True  # type: ignore[attr-defined]  # verbs may be outermost inside it
        with everything:
            yield make_world()
            transaction.set_rollback(True)
