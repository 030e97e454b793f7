"""The chat of the site: the same dialogue on a page, durable, live, and true about what arrived."""

import re
from pathlib import Path

from hub.storage import cases, outbox
from hub.storage.contract import Store
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SIGNER, an_office, office_on
from tests.by_chat import browsing, chatting
from tests.by_telegram import TickingClock
from tests.conftest import FixedClock
from tests.talking import LAMP


async def test_a_letter_lives_its_whole_life_on_the_page_without_javascript(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    await an_office(store, clock, tmp_path)
    office = office_on(store, TickingClock(clock), tmp_path)
    async with chatting(office) as site, browsing(site) as li:
        receipt = await li.files_a_letter(LAMP)
        number = re.search(r"\d{4}-\d{6}", receipt)[0]  # type: ignore[index]
        case_id = await store.read(cases.id_of, number)
        assert case_id is not None
        await li.presses("补充", "请写要补充的内容")
        await li.says("昨天又有一位老人摔倒了。", "已加到编号")

        case = await store.read(cases.get, case_id)
        assert case is not None
        if not case.unit:
            await office.act(number, "accept", {}, RECEPTION)
            await office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
        await office.act(number, "sign", {}, HANDLER)
        await office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
        await office.act(number, "sign_off", {}, SIGNER)
        await office.act(number, "qualified", {}, REVIEWER)
        while "控制箱进水跳闸" not in await li.opens():
            site.courier.wake()

        await li.says("评价", "满意吗")
        await li.says("2", "问题解决了吗")
        await li.says("3", "还有什么想说的")
        await li.says("灯还是不亮", "您的评价已记下")
        await li.presses("请求重办", "为什么希望重新办理")
        await li.says("换了灯还是不亮，请再来看看。", "已收到重办")
        sent = [r for r in await store.read(outbox.of_case, case_id) if r["text"] == "answered"]
        assert [(r["state"], r["channel"]) for r in sent] == [("sent", "chat")]
