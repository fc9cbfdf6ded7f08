"""The files of the demonstration: short papers that say what they are."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from core import clock
from core.canonical import digest_of
from core.money import Money
from core.pages import Paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trading.models import Lot, Project

_NO_EFFECT = "本文件由演示系统自动生成,内容均为虚构,不具有法律效力。"


def tender_documents(project: Project, lots: Sequence[Lot]) -> bytes:
    """Return the tender documents of a project: its data on paper."""
    facts = {"project": project.number, "lots": [lot.number for lot in lots]}
    paper = Paper(
        f"{project.title} 文件",
        number=project.number,
        url=settings.PUBLIC_URL,
        digest=digest_of(facts),
        made_at=clock.now(),
        language="zh-hans",
    ).paragraph(_NO_EFFECT)
    paper.heading("项目概况").facts(
        [
            ("内容", project.content),
            ("范围", project.scope),
            ("规模", project.scale),
            ("资格条件", project.qualification),
        ]
    )
    for lot in lots:
        ceiling = Money(lot.ceiling_price) if lot.ceiling_price is not None else None
        paper.heading(lot.title).facts(
            [("编号", lot.number), ("最高限价", ceiling), ("工期或交付期", lot.duration), ("截止时间", lot.closes_at)]
        )
    return paper.render()


@lru_cache(maxsize=64)
def technical_part(bidder: str) -> bytes:
    """Return the technical part of a bidder's offers: made once, they all say the same."""
    return (
        Paper(
            "技术文件",
            number=bidder,
            url=settings.PUBLIC_URL,
            digest=digest_of({"bidder": bidder}),
            made_at=clock.now(),
            language="zh-hans",
        )
        .paragraph(_NO_EFFECT)
        .facts([("投标人", bidder)])
        .items(["总体部署与进度计划", "主要施工方法与质量措施", "安全与文明施工", "项目管理机构与人员"])
        .render()
    )
