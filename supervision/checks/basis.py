"""Q5 无依据: a refusal that names no rule."""

import re

from hub.errors import Said
from hub.ports import Finding
from supervision.checks.look import Look, around, finding

_REFUSES = re.compile(
    r"不予(?:受理|支持|办理|批准|补偿|赔偿|认定)|(?:不|未)符合[^。，；]{0,12}(?:条件|规定|要求|政策|范围)|无法(?:办理|满足|支持|批准)"
    r"|不能(?:办理|批准|支持|享受|申请|予以)|不具备[^。，；]{0,10}条件|不在[^。，；]{0,14}范围|不属于[^。，；]{0,14}(?:范围|情形|对象)"
)
_BASIS = re.compile(
    r"《[^》]{2,60}》|第[一二三四五六七八九十百零\d]{1,6}条|〔\d{4}〕\d+号|[\[（(]\d{4}[\]）)]第?\d+号|根据[^。；]{2,30}(?:办法|规定|条例|通知|标准|法)"
)

SAID = Said(
    "说了不能办，没有写依据。请写出是哪个文件的哪一条，再用一句白话解释。",
    "It refuses without naming a rule. Please give document and article, and explain it in one plain sentence.",
)


def check(look: Look) -> Finding | None:
    """A refusing phrase, and neither a document nor an article anywhere."""
    refused = _REFUSES.search(look.body)
    if refused is None or _BASIS.search(look.body):
        return None
    return finding("Q5", SAID, around(look.body, refused.start(), refused.end()))
