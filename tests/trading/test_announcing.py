from __future__ import annotations

from tests.cast import Cast
from tests.stories import trading as story
from trading.names import Kind


def test_a_construction_project_is_announced(cast: Cast) -> None:
    project = story.announced(cast)
    assert [lot.stage for lot in project.lots.all()] == ["published"]
    assert [notice.code for notice in project.notices.all()] == ["NOTICE"]


def test_a_procurement_project_is_announced(cast: Cast) -> None:
    project = story.announced(cast, Kind.GP_OPEN)
    assert [lot.stage for lot in project.lots.all()] == ["published"]
    assert [notice.code for notice in project.notices.all()] == ["NOTICE", "PLAN"]
