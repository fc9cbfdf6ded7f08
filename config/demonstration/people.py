"""Who is in the demonstration: organisations, their people, what each is called and where each sits."""

from __future__ import annotations

from typing import NamedTuple

from accounts.names import Role

PASSWORD = "sunshine-for-everybody"  # noqa: S105  (shown on the console and on the demonstration's sign-in page)


class Person(NamedTuple):
    """One account: its user name, the person's name, the seat it has."""

    username: str
    name: str
    role: Role
    may_approve: bool = False


class House(NamedTuple):
    """An organisation: its short name here, its name, its place in the made-up register, its people.

    The first of the people registers it and may approve; the others are invited.
    """

    key: str
    name: str
    serial: int
    people: tuple[Person, ...]


CENTRE = House("center", "滨江市公共资源交易中心", 1, (
    Person("centre", "王静", Role.CENTER, may_approve=True),
    Person("key-centre", "钱守正", Role.KEY_HOLDER),
))  # fmt: skip

HOUSES = (
    House("owner", "滨江市城市建设投资有限公司", 2, (
        Person("owner-approver", "周国华", Role.OWNER, may_approve=True),
        Person("owner-drafter", "李明", Role.OWNER),
        Person("owner-representative", "陈晓", Role.OWNER),
        Person("key-owner", "孙秉钧", Role.KEY_HOLDER),
    )),
    House("buyer", "滨江市教育局", 3, (
        Person("buyer-approver", "吴敏", Role.OWNER, may_approve=True),
        Person("buyer-drafter", "郑洁", Role.OWNER),
        Person("key-buyer", "冯立诚", Role.KEY_HOLDER),
    )),
    House("agent", "云岭招标代理有限公司", 4, (
        Person("agent", "何建平", Role.AGENT, may_approve=True),
        Person("key-agent", "吕恒", Role.KEY_HOLDER),
    )),
    House("supervisor", "滨江市公共资源交易监督管理局", 5, (
        Person("supervisor", "张严", Role.SUPERVISOR, may_approve=True),
        Person("key-supervisor", "施正", Role.KEY_HOLDER),
    )),
    House("audit", "滨江市审计局", 6, (Person("auditor", "沈察", Role.AUDIT, may_approve=True),)),
    House("pool", "云岭省综合评标专家库", 7, (
        Person("expert-1", "许德明", Role.EXPERT, may_approve=True),
        Person("expert-2", "韩雪梅", Role.EXPERT),
        Person("expert-3", "杨帆", Role.EXPERT),
        Person("expert-4", "朱建设", Role.EXPERT),
        Person("expert-5", "秦岚", Role.EXPERT),
        Person("expert-6", "尤磊", Role.EXPERT),
        Person("expert-7", "许文静", Role.EXPERT),
    )),
    House("jiangcheng", "江城建工集团有限公司", 11, (Person("bidder-1", "何强", Role.BIDDER, may_approve=True),)),
    House("luqiao", "云岭路桥工程有限公司", 12, (Person("bidder-2", "吕梁", Role.BIDDER, may_approve=True),)),
    House("shuili", "南屏水利水电工程有限公司", 13, (Person("bidder-3", "施江", Role.BIDDER, may_approve=True),)),
    House("shizheng", "青山市政工程有限公司", 14, (Person("bidder-4", "张山", Role.BIDDER, may_approve=True),)),
    House("mingde", "明德信息技术有限公司", 15, (Person("bidder-5", "孔明德", Role.BIDDER, may_approve=True),)),
    House("qihang", "启航电子科技有限公司", 16, (Person("bidder-6", "曹启", Role.BIDDER, may_approve=True),)),
    House("bowen", "博文教育装备有限公司", 17, (Person("bidder-7", "严博", Role.BIDDER, may_approve=True),)),
    House("anjie", "安洁物业服务有限公司", 18, (Person("bidder-8", "华安", Role.BIDDER, may_approve=True),)),
)  # fmt: skip

HOLDERS = ("key-owner", "key-buyer", "key-agent", "key-supervisor", "key-centre")
EXPERTS = tuple(f"expert-{nth}" for nth in range(1, 8))

# One account for each role: what the console prints; the sign-in page lists them all.
FIRST_TO_TRY = (
    "owner-drafter", "owner-approver", "agent", "bidder-1", "expert-1", "supervisor", "centre", "auditor", "key-owner",
)  # fmt: skip
