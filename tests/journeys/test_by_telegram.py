"""A letter's whole life by Telegram: told, tracked, added to, answered, rated and reopened, over real HTTP."""

import re
from pathlib import Path

from hub.storage import cases, outbox
from hub.storage.contract import Store
from tests.bot_api import BotApi
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SIGNER, an_office, office_on
from tests.by_telegram import Talk, TickingClock, running
from tests.conftest import FixedClock
from tests.talking import LAMP

LI = 1001


async def test_a_letter_lives_its_whole_life_by_telegram(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    await an_office(store, clock, tmp_path)
    office = office_on(store, TickingClock(clock), tmp_path)
    async with BotApi() as api, running(office, api) as _:
        li = Talk(api, LI)
        receipt = await li.files(LAMP)
        number = re.search(r"\d{4}-\d{6}", receipt)[0]  # type: ignore[index]
        case_id = await store.read(cases.id_of, number)
        assert case_id is not None
        assert "查询码" in receipt

        assert "路灯" in await li.says("/my", number)
        await li.presses(f"看看 {number}", "编号")
        await li.presses("补充", "请写要补充的内容")
        await li.says("昨天又有一位老人摔倒了。", "已加到编号")
        thread = await store.read(cases.messages, case_id)
        assert [m.body for m in thread][-1] == "昨天又有一位老人摔倒了。"

        case = await store.read(cases.get, case_id)
        assert case is not None
        if not case.unit:
            await office.act(number, "accept", {}, RECEPTION)
            await office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
        await office.act(number, "sign", {}, HANDLER)
        await office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
        await office.act(number, "sign_off", {}, SIGNER)
        await office.act(number, "qualified", {}, REVIEWER)
        assert "控制箱进水跳闸" in await li.hears("答复如下")

        await li.says("评价", "满意吗")
        await li.presses("不满意", "问题解决了吗")
        await li.presses("没解决", "还有什么想说的")
        await li.says("灯还是不亮", "您的评价已记下")
        await li.presses("请求重办", "为什么希望重新办理")
        await li.says("换了灯还是不亮，请再来看看。", "已收到重办")
        case = await store.read(cases.get, case_id)
        assert case is not None
        assert (case.score, case.solved) == (2, "no")
        whole = await store.read(cases.dossier, case_id)
        assert whole is not None
        assert whole.open("reopen_request") is not None
        sent = [r for r in await store.read(outbox.of_case, case_id) if r["text"] == "answered"]
        assert [(r["state"], r["channel"]) for r in sent] == [("sent", "telegram")]
        assert sent[0]["provider_id"]
