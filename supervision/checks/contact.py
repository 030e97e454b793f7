"""Q6 无联系: a reply that leaves nobody to ask."""

import re

from hub.errors import Said
from hub.ports import Finding
from supervision.checks.look import Look, finding

_PHONE = re.compile(
    r"(?<!\d)(?:0\d{2,3}[-－— )）]?\d{7,8}|[2-8]\d{6,7}|1[3-9]\d{9}|400[-－]?\d{3,4}[-－]?\d{3,4}"
    r"|12345|12[0-9]{3}|9\d{4})(?!\d)"
)
_VISIT = re.compile(r"(?:到|前往|至)[^。，；]{2,24}(?:窗口|大厅|服务中心|办公室|\d+室)")

SAID = Said(
    "没有留联系方式。请写上科室和办公电话，最好写明上班时间。",
    "There is no way to reach you. Please add office and telephone, best with the hours.",
)


def check(look: Look) -> Finding | None:
    """Neither a telephone nor a counter to go to."""
    if _PHONE.search(look.body) or _VISIT.search(look.body):
        return None
    return finding("Q6", SAID, look.body[-40:])
