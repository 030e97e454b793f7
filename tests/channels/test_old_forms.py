"""A letter begun under older forms: it is finished under them, and taken in under those in force."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config import starter
from hub.storage import cases, editions
from hub.storage.contract import Store
from tests.builders import an_office, office_on
from tests.by_chat import browsing, chatting
from tests.by_telegram import TickingClock
from tests.conftest import FixedClock
from tests.talking import LAMP

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])


def asks_for_the_pole(kind: dict[str, Any]) -> None:
    field = {"name": "pole", "zh": "灯杆编号", "en": "Lamp number", "type": "text", "required": True, "most": 20}
    kind["fields"].append(field)


def asks_in_other_words(kind: dict[str, Any]) -> None:
    kind["fields"][1]["zh"] = "具体是几号的事"


@pytest.mark.parametrize("change", [asks_in_other_words, asks_for_the_pole])
async def test_a_letter_is_finished_under_the_forms_it_was_begun_with(
    store: Store, clock: FixedClock, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    await an_office(store, clock, tmp_path)
    office = office_on(store, TickingClock(clock), tmp_path)
    async with chatting(office) as site, browsing(site) as browser:
        await browser.presses("写信", "哪一类信")
        await browser.presses("投诉", "您主要想反映")
        await browser.presses("反映事情", "请说说是什么事")
        await browser.says(LAMP, "在哪里")
        kinds = starter.read()["kinds"]
        change(next(k for k in kinds["kinds"] if k["code"] == "complaint"))
        await store.write(editions.add, "kinds", kinds, "tests", office.clock())
        await browser.says("小区门口", "什么时候的事")
        await browser.says("上周三", "以前找过谁")
        await browser.says("跳过", "/5）")
        await browser.says("装一盏新灯", "照片或文件")
        await browser.says("没有了", "怎么联系您")
        await browser.presses("匿名", "公开")
        await browser.presses("不公开", "请核对")
        if change is asks_for_the_pole:
            await browser.says("确认", "灯杆编号")
            await browser.says("确认", "灯杆编号")  # what the forms in force ask besides is asked, not the rest anew
            await browser.says("L-17", "请核对")
        receipt = await browser.says("确认", "已收到您的信")
    number = receipt.split("编号")[1].strip()[:11]
    row = await store.read(cases.row, number)
    assert row is not None
    assert row["kinds_edition"] == 2
    assert ("L-17" in row["fields"]) == (change is asks_for_the_pole)
