"""Score sheets of stories: points for construction, weights for procurement."""

from __future__ import annotations

REVIEWED = [
    {"code": "licence", "title": "营业执照与资质", "group": "qualification", "kind": "pass_fail"},
    {"code": "substance", "title": "实质性响应", "group": "responsiveness", "kind": "pass_fail"},
]
POINTS = {
    "basis": "points",
    "total_points": "100",
    "criteria": [
        *REVIEWED,
        {"code": "plan", "title": "施工组织设计", "group": "technical", "kind": "range", "maximum": "30"},
        {"code": "record", "title": "类似业绩", "group": "commercial", "kind": "fixed_steps", "maximum": "20",
         "steps": ["0", "10", "20"]},
        {"code": "price", "title": "投标报价", "group": "price", "kind": "formula", "maximum": "50"},
    ],
}  # fmt: skip
BENCHMARK = {
    "method": "comprehensive_evaluation",
    "method_parameters": {"e1": "1", "e2": "0.5"},
    "criteria": POINTS,
}
WEIGHTS = {
    "basis": "weights",
    "total_points": "100",
    "criteria": [
        *REVIEWED,
        {"code": "quality", "title": "技术方案", "group": "technical", "kind": "range", "maximum": "100",
         "weight": "0.6"},
        {"code": "service", "title": "售后服务", "group": "commercial", "kind": "range", "maximum": "100",
         "weight": "0.1"},
        {"code": "price", "title": "价格", "group": "price", "kind": "formula", "weight": "0.3"},
    ],
}  # fmt: skip
SCORING = {"method": "comprehensive_scoring", "criteria": WEIGHTS}
