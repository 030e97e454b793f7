"""Q3 推诿: not ours, ask somebody — and neither who that is nor how to reach them."""

import re

from hub.errors import Said
from hub.ports import Finding
from supervision.checks.look import Look, around, finding

_PUSHES = re.compile(
    r"(?:不属于?|不归|不在)(?:我|本)(?:们|局|委|办|单位|街道|镇|部门|中心)[^。；]{0,14}(?:职责|职权|管辖|管理|负责|管|权限|范围)?"
    r"|(?:请|建议)您?(?:向|到|找|联系|咨询)(?:有关|相关|主管|其他|上级|当地|具体|责任)(?:的)?(?:部门|单位|机构|方面|科室|人员)"
    r"|我(?:们|局|委|办|单位)(?:无权|无能为力|管不了|没有办法|也没办法)"
)
# A body by its name: 市场监管局, 区教育局, 12345 or a telephone say where to go.
_WHERE = re.compile(
    r"(?:[\u4e00-\u9fff]{2,10}(?<!有关)(?<!相关)(?<!主管)(?:局|委员会|管委会|街道办事处|公司|派出所|法院|仲裁委|大队|支队|服务中心|窗口|科))"
    r"|(?<!\d)(?:0\d{2,3}[-－— )）]?\d{7,8}|12\d{3}|1[3-9]\d{9})(?!\d)"
)
SAID = Said(
    "说了不归这里管，没说归谁管、怎么找。请写明单位、科室、电话，并说明是不是已经替来信人转过去了。",
    "It sends the citizen on without saying to whom. Please name body and telephone, and whether you passed it on.",
)


def check(look: Look) -> Finding | None:
    """A phrase that sends the citizen away, and behind it no name and no number."""
    for pushed in _PUSHES.finditer(look.body):
        if not _WHERE.search(look.body[pushed.end() :]):
            return finding("Q3", SAID, around(look.body, pushed.start(), pushed.end()))
    return None
