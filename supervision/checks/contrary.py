"""Q15 前后不一: what an earlier answer on this case said, and the contrary of it now."""

import re

from hub.errors import Said
from hub.ports import Finding
from supervision.checks.look import Look, around, finding

# Each pair: the words that say so, and those that say the contrary. The contrary is looked for first, as it often
# holds the other word in it (不属实 holds 属实).
_CONTRARY = (
    (r"(?<!不)(?<!部分)(?<!是否)(?<!未)属实", r"不属实|与事实不符|查无实据"),
    (
        r"(?<!不)(?<!未)(?<!是否)符合[^。，；]{0,12}(?:条件|规定|要求|政策)",
        r"[不未]符合[^。，；]{0,12}(?:条件|规定|要求|政策)",
    ),
    (
        r"(?<!未)(?<!没有)已(?:经)?(?:全部)?(?:完成|完工|修复|修好|拆除|整改到位|办结|清理)",
        r"(?:尚未|还没有|仍未|未能|没有)(?:全部)?(?:完成|完工|修复|修好|拆除|整改|办结|清理)",
    ),
    (
        r"(?<!不)(?<!无)可以(?:办理|申请|享受|报销|领取)|同意(?:办理|支持)",
        r"(?:不能|无法|不可以|不予)(?:办理|申请|享受|报销|领取|支持)",
    ),
)
_PAIRS = tuple((re.compile(yes), re.compile(no)) for yes, no in _CONTRARY)
SAID = Said(
    "和前一轮的答复说法相反，没有解释。请写明为什么变了，以哪一个为准。",
    "It says the contrary of an earlier answer without a word on it. Please say what changed and which one holds.",
)
_EXPLAINS = re.compile(
    r"(?:上次|此前|之前|前次|原)(?:的)?(?:答复|回复)|更正|重新(?:核查|核实|调查|认定)|复核|经再次|再次(?:核查|核实|调查)"
)


def check(look: Look) -> Finding | None:
    """A yes that was a no in the newest earlier round, or a no that was a yes, and no word of explanation."""
    if not look.draft.earlier or _EXPLAINS.search(look.body):
        return None
    before = look.draft.earlier[-1].body
    for yes, no in _PAIRS:
        for now, then in ((yes, no), (no, yes)):
            found = now.search(look.body)
            if found and then.search(before) and not now.search(before) and not then.search(look.body):
                return finding("Q15", SAID, around(look.body, found.start(), found.end()))
    return None
