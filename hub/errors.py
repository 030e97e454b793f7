"""What can go wrong for a person, in a person's words (Chinese first, English second)."""

from collections.abc import Mapping
from typing import NamedTuple


class Said(NamedTuple):
    """One sentence in both languages of the hub."""

    zh: str
    en: str


class Refusal(Exception):
    """The request was understood and cannot be done; the sentence says why and what to do instead."""

    code = "refused"

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.said = Said(zh, en)

    @property
    def zh(self) -> str:
        return self.said.zh

    @property
    def en(self) -> str:
        return self.said.en


class Invalid(Refusal):
    """One or more fields cannot be taken as they are; nothing was changed."""

    code = "invalid"

    def __init__(self, fields: Mapping[str, Said]) -> None:
        first = next(iter(fields.values()))
        super().__init__(first.zh, first.en)
        self.fields = dict(fields)


class NotFound(Refusal):
    """There is no such thing, or it does not exist for the one who asks (both answer the same)."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__(
            "没有找到。请核对编号，如果是查询来信，还请核对查询码。",
            "Not found. Please check the number and, for your own letter, the query code.",
        )


class Forbidden(Refusal):
    """The actor holds no role that may do this."""

    code = "forbidden"

    def __init__(self, zh: str = "您的岗位不能做这一步。", en: str = "Your role does not allow this step.") -> None:
        super().__init__(zh, en)


class NotNow(Refusal):
    """The move exists, but the case is not in a state or condition that allows it."""

    code = "not_now"


class Overtaken(Refusal):
    """A colleague was first: the case changed since it was read."""

    code = "overtaken"

    def __init__(self) -> None:
        super().__init__(
            "同事刚刚更新了这件来信。请看一下最新情况，再决定下一步。",
            "A colleague changed this case a moment ago. Look at it as it stands now, then decide.",
        )


class KeyReused(Refusal):
    """The same submission key came back with another content (draft-ietf-httpapi-idempotency-key-header)."""

    code = "key_reused"

    def __init__(self) -> None:
        super().__init__(
            "这个提交凭证已经用于另一份内容。请重新打开页面再写。",
            "This submission key was already used for another content. Please start a new form.",
        )


class TooMany(Refusal):
    """Too many attempts from one place; `wait` is in seconds."""

    code = "too_many"

    def __init__(self, wait: int) -> None:
        super().__init__(
            f"尝试次数太多，请{max(1, wait // 60)}分钟后再试。",
            f"Too many attempts. Please try again in {max(1, wait // 60)} minutes.",
        )
        self.wait = wait


class OldEdition(Exception):
    """A newer edition of the rules exists than the one this process holds: reload and run the deed again."""
