"""What the projects of the demonstration say: made up, but as such notices read."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = "【演示】"  # begins every project's title: nobody takes one for real


@dataclass(frozen=True, kw_only=True)
class Tender:
    """One project as its drafter would describe it; amounts in yuan."""

    title: str
    content: str
    scope: str
    scale: str
    qualification: str
    lot: str
    estimate: int
    duration: str
    quality: str = "合格"
    deposit: int = 0
    category: str = "works"
    method: str = "lowest_evaluated_price"
    criteria: Mapping[str, object] = field(default_factory=dict)
    method_parameters: Mapping[str, object] = field(default_factory=dict)
    approval_number: str = ""
    second_lot: str = ""

    @property
    def ceiling(self) -> Decimal:
        return Decimal(self.estimate) * 98 / 100


def _condition(code: str, title: str, group: str) -> dict[str, object]:
    return {"code": code, "title": title, "group": group, "kind": "pass_fail"}


def _points(code: str, title: str, maximum: int, *, group: str = "technical") -> dict[str, object]:
    return {"code": code, "title": title, "group": group, "kind": "range", "maximum": str(maximum)}


CONDITIONS = [
    _condition("licence", "营业执照、资质证书与安全生产许可证", "qualification"),
    _condition("record", "信用记录与无重大违法记录声明", "qualification"),
    _condition("substance", "对招标文件实质性要求的响应", "responsiveness"),
]
# The approval fixes what is done: everything is tendered, openly, by an agent.
APPROVED_AS_PLANNED: Mapping[str, str] = {
    "approved_extent": "all",
    "approved_access": "open",
    "approved_organisation": "agent",
    "tender_extent": "all",
}
PRICE_ONLY = {"basis": "none", "total_points": "100", "criteria": CONDITIONS}
IN_POINTS = {
    "basis": "points",
    "total_points": "100",
    "criteria": [
        *CONDITIONS,
        {"code": "price", "title": "投标报价", "group": "price", "kind": "formula", "maximum": "60"},
        _points("plan", "施工组织设计", 20),
        _points("staff", "项目管理机构", 12),
        _points("past", "企业类似业绩", 8, group="commercial"),
    ],
}
BY_WEIGHTS = {
    "basis": "weights",
    "total_points": "100",
    "criteria": [
        *CONDITIONS,
        {"code": "price", "title": "价格", "group": "price", "kind": "formula", "weight": "0.3"},
        _points("service", "服务方案", 100) | {"weight": "0.5"},
        _points("team", "项目团队与业绩", 100, group="commercial") | {"weight": "0.2"},
    ],
}

BINJIANG_ROAD = Tender(
    title="滨江大道(一期)道路改造工程",
    content="城市主干路改造,含路基路面、排水、照明、交通设施与绿化",
    scope="施工图设计文件及工程量清单所示全部内容",
    scale="全长3.2公里,红线宽40米",
    qualification="市政公用工程施工总承包二级及以上",
    lot="道路改造施工",
    estimate=36_800_000,
    duration="300日历天",
    deposit=600_000,
    method="comprehensive_evaluation",
    criteria=IN_POINTS,
    method_parameters={"e1": "1", "e2": "0.5"},
    approval_number="滨发改〔2026〕31号",
)
SCHOOL_REPAIR = Tender(
    title="滨江市第三中学教学楼加固改造工程",
    content="教学楼结构加固与装修改造",
    scope="",
    scale="",
    qualification="",
    lot="加固改造施工",
    estimate=8_600_000,
    duration="150日历天",
)
PRIMARY_SCHOOL = Tender(
    title="滨江市实验小学扩建工程",
    content="新建教学综合楼一栋、风雨操场一座及室外附属工程",
    scope="土建、安装、装修及室外工程",
    scale="总建筑面积12600平方米",
    qualification="建筑工程施工总承包二级及以上",
    lot="扩建工程施工",
    estimate=52_000_000,
    duration="420日历天",
    deposit=800_000,
    approval_number="滨发改〔2026〕58号",
)
WATER_WORKS = Tender(
    title="南屏水厂深度处理及配套管网工程",
    content="日处理能力5万立方米的深度处理设施及配套供水管网",
    scope="水厂工艺改造、管网敷设、设备采购与安装调试",
    scale="深度处理车间一座,DN600至DN1000管道11.4公里",
    qualification="市政公用工程或水利水电工程施工总承包二级及以上",
    lot="水厂深度处理",
    second_lot="配套管网",
    estimate=64_000_000,
    duration="360日历天",
    deposit=800_000,
    approval_number="滨发改〔2026〕47号",
)
FLOOD_WALL = Tender(
    title="滨江北岸防洪堤除险加固工程",
    content="堤防除险加固、护岸与穿堤建筑物改造",
    scope="施工图所示全部内容",
    scale="加固堤防4.8公里",
    qualification="水利水电工程施工总承包二级及以上",
    lot="除险加固施工",
    estimate=28_500_000,
    duration="240日历天",
    deposit=500_000,
    approval_number="滨水规〔2026〕9号",
)
OLD_TOWN = Tender(
    title="城南片区老旧小区配套设施改造工程",
    content="道路、雨污分流、停车与适老化设施改造",
    scope="9个小区室外配套设施",
    scale="涉及居民3120户",
    qualification="市政公用工程施工总承包三级及以上",
    lot="配套设施改造施工",
    estimate=19_600_000,
    duration="200日历天",
    deposit=380_000,
    approval_number="滨发改〔2026〕22号",
)
VILLAGE_ROADS = Tender(
    title="青山乡农村公路提升工程",
    content="农村公路路面提升与安全防护设施",
    scope="施工图所示全部内容",
    scale="路面提升26.7公里",
    qualification="公路工程施工总承包三级及以上",
    lot="农村公路提升施工",
    estimate=23_400_000,
    duration="180日历天",
    deposit=450_000,
    approval_number="滨交发〔2026〕14号",
)
FOOTBRIDGE = Tender(
    title="人民路人行天桥及无障碍设施工程",
    content="钢结构人行天桥一座,含电梯与无障碍坡道",
    scope="钢结构、基础、电梯、照明",
    scale="主跨38米",
    qualification="市政公用工程施工总承包三级及以上",
    lot="人行天桥施工",
    estimate=12_800_000,
    duration="160日历天",
    deposit=250_000,
    approval_number="滨发改〔2026〕40号",
)

TRAFFIC_LIGHTS = Tender(
    title="城区交通信号控制系统改造工程",
    content="路口信号机、检测器与控制中心软件改造",
    scope="设备采购、安装、联调与试运行",
    scale="48个路口",
    qualification="电子与智能化工程专业承包二级及以上",
    lot="信号控制系统改造",
    estimate=6_100_000,
    duration="120日历天",
    deposit=120_000,
    approval_number="滨发改〔2026〕19号",
)

COMPUTERS = Tender(
    title="滨江市中小学教学用计算机采购",
    content="教学用台式计算机1200台及显示设备",
    scope="供货、安装、调试、培训与三年质保",
    scale="预算金额 540 万元",
    qualification="符合政府采购法第二十二条规定",
    lot="教学用计算机",
    estimate=5_400_000,
    duration="合同签订后45日历天",
    deposit=100_000,
    category="goods",
    method="lowest_price",
)
LABORATORIES = Tender(
    title="滨江市初中理科实验室设备采购",
    content="物理、化学、生物实验室成套设备18间",
    scope="供货、安装、调试、培训",
    scale="预算金额 396 万元",
    qualification="符合政府采购法第二十二条规定",
    lot="实验室设备",
    estimate=3_960_000,
    duration="合同签订后60日历天",
    deposit=70_000,
    category="goods",
    method="lowest_price",
)
CLEANING = Tender(
    title="滨江市属学校物业管理服务采购",
    content="12所学校的保洁、绿化与设施维护服务",
    scope="一年期物业管理服务",
    scale="预算金额 468 万元",
    qualification="符合政府采购法第二十二条规定",
    lot="物业管理服务",
    estimate=4_680_000,
    duration="一年",
    deposit=90_000,
    category="services",
    method="comprehensive_scoring",
    criteria=BY_WEIGHTS,
)
CLOUD_CLASSROOM = Tender(
    title="滨江市智慧教育云平台建设采购",
    content="教育数据中心扩容与云课堂软件",
    scope="软硬件供货、部署与三年运维",
    scale="预算金额 720 万元",
    qualification="符合政府采购法第二十二条规定",
    lot="智慧教育云平台",
    estimate=7_200_000,
    duration="合同签订后120日历天",
    category="goods",
    method="lowest_price",
)
