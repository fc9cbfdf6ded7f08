"""What the two journeys buy: everything that is typed into the guided form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.journeys.drafting import local
from tests.stories.trading import ANNOUNCED, DEADLINE
from trading.procedures.clauses import CONSTRUCTION_CLAUSES, PROCUREMENT_CLAUSES

if TYPE_CHECKING:
    from tests.journeys.drafting import Fields

SIDES: Fields = {"agent": "OR-agent", "supervisor": "OR-supervisor", "center": "OR-center"}
CONTACT: Fields = {
    "contact_name": "李工",
    "contact_phone": "0871-7654321",
    "address": "滨江市人民路1号",
    "opening_place": "本平台开标大厅",
    "objection_channel": "在本平台提出",
}
CONDITIONS: Fields = {
    "document_access": "在本平台免费下载",
    "documents_from": local(ANNOUNCED),
    "documents_until": local(DEADLINE),
    "submission": "在本平台加密递交",
    "bid_validity_days": 90,
}
CONSTRUCTION: Fields = {
    "kind": "CT",
    "title": "滨江大道(一期)改造工程施工",
    "category": "works",
    "funds_type": "budget",
    **SIDES,
}
CONSTRUCTION_STEPS: dict[str, Fields] = {
    "subject": {
        "content": "滨江大道(一期)道路改造,长3.2公里",
        "scope": "施工图所示全部内容",
        "scale": "合同估算价 3000 万元",
    },
    "funds": {
        "funds_detail": "市级财政资金 100%",
        "state_funds_dominate": True,
        "is_mandatory_tender": True,
        "is_whole": True,
        "approval_authority": "滨江市发展和改革委员会",
        "approval_number": "滨发改〔2026〕12号",
        "approval_on": "2026-01-20",
        "approved_extent": "all",
        "approved_access": "open",
        "approved_organisation": "agent",
        "tender_extent": "all",
    },
    "clauses": {"clauses_checked": [item.key for item in CONSTRUCTION_CLAUSES]},
    "conditions": CONDITIONS | {"qualification": "市政公用工程施工总承包二级及以上"},
    "contact": CONTACT,
    "method": {"method": "lowest_evaluated_price", "tie_rule": "price_technical_owner"},
}
PASSED: list[Fields] = [
    {"title": "营业执照与资质", "group": "qualification", "kind": "pass_fail"},
    {"title": "实质性响应", "group": "responsiveness", "kind": "pass_fail"},
]
CONSTRUCTION_LOT: Fields = {
    "title": "滨江大道(一期)施工",
    "closes_at": local(DEADLINE),
    "estimated_value": "30000000.00",
    "ceiling_price": "29000000.00",
    "deposit_amount": "500000.00",
    "duration": "180日历天",
    "quality": "合格",
}
PROCUREMENT: Fields = {
    "kind": "GP_OPEN",
    "title": "教学用计算机采购",
    "category": "goods",
    "funds_type": "budget",
    **SIDES,
    "agent": "",  # the purchaser buys by itself: three holders, two of whom open the box
}
PROCUREMENT_STEPS: dict[str, Fields] = {
    "subject": {
        "content": "教学用计算机200台",
        "scope": "供货、安装、培训、三年保修",
        "scale": "预算 100 万元",
    },
    "funds": {"funds_detail": "年度部门预算", "is_whole": True},
    "conditions": CONDITIONS | {"qualification": "符合政府采购法第二十二条", "sme_policy": "小微企业价格扣除 10%"},
    "clauses": {"clauses_checked": [item.key for item in PROCUREMENT_CLAUSES]},
    "contact": CONTACT,
    "method": {"method": "comprehensive_scoring", "tie_rule": "price_technical_owner"},
}
WEIGHED: list[Fields] = [
    *PASSED,
    {"title": "技术方案", "group": "technical", "kind": "range", "maximum": "100", "weight": "0.6"},
    {"title": "售后服务", "group": "commercial", "kind": "range", "maximum": "100", "weight": "0.1"},
    {"title": "价格", "group": "price", "kind": "formula", "weight": "0.3"},
]
PROCUREMENT_LOT: Fields = {
    "title": "教学用计算机",
    "closes_at": local(DEADLINE),
    "budget": "1000000.00",
    "ceiling_price": "1000000.00",
    "duration": "30日历天",
    "quality": "符合国家标准",
    "bill": "台式计算机; 台; 200",
}
