"""Q14 格式: a reply says whom it addresses, who answers, and ends like a sentence; the page adds date and remedy."""

import re

from hub.errors import Said
from hub.ports import Finding
from supervision.checks.look import Look, finding

_ADDRESSED = re.compile(r"[您你]|尊敬的|网友|市民|来信人|同志")
_BY_WHOM = re.compile(r"我们|[我本](?:镇|院|单位|处|科)|局|委|办|街道|中心|大队|镇政府|公司")
_PLACEHOLDER = re.compile(r"[×xX]{3,}|【[^】]{0,12}】|（\s*）|\(\s*\)|_{2,}|待填|TODO", re.ASCII)
LONGEST_PARAGRAPH = 800


def check(look: Look) -> Finding | None:
    """The first part that is missing."""
    left = _PLACEHOLDER.search(look.body)
    if left is not None:
        said = Said("还有没填完的地方，请补上。", "Something is not filled in yet; please complete it.")
        return finding("Q14", said, left[0])
    if not _ADDRESSED.search(look.body):
        said = Said("没有称呼来信人，请加上“您好”。", "Nobody is addressed; please begin with a greeting.")
        return finding("Q14", said, look.body[:20])
    if not _BY_WHOM.search(look.body):
        said = Said("没有写是哪个单位在答复。", "It does not say which office answers.")
        return finding("Q14", said, look.body[:20])
    if max((len(p) for p in look.body.splitlines()), default=0) > LONGEST_PARAGRAPH:
        said = Said("一段太长，请分段，来信人好读。", "One paragraph is very long; please divide it.")
        return finding("Q14", said, look.body[:20])
    return None
