"""Scenes that peers prove, re-enacted: photos one by one, figures by month, an address that nobody confirmed."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

from channels.tables import BOM
from hub.followers import run_followers
from hub.intake import Received
from hub.office import Office
from hub.storage.contract import Store
from hub.submission import Contact
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SIGNER, SUPERVISOR, a_letter, an_office, office_on
from tests.by_mail import an_answer
from tests.by_mail import town as a_mailing_town
from tests.by_telegram import TickingClock
from tests.channels.staff_desk import see, sit_down
from tests.channels.test_mail_life import LI
from tests.channels.test_public_track import opened
from tests.channels.test_public_write import photo
from tests.conftest import FixedClock
from tests.journeys.town import Town

WORDS = "控制箱进水"
"""What the answer says and no mail may say before its address is proven."""


async def test_photos_that_come_one_by_one_reach_the_unit_each_once_and_the_public_never(town: Town) -> None:
    citizen, number, _ = await opened(town.site, publish="yes")
    names = [f"第{n}张.jpg" for n in (1, 2, 3)]
    for n, name in enumerate(names, 1):
        await citizen.press(action="/letters/mine/add", text=f"补第{n}张。", files=[(name, photo())])
        assert all(given in citizen.text for given in names[:n])
    await town.reaches_unit(number)
    desk, case = await sit_down(town.site, "handler"), await town.sees("handler", number)
    there = [f for m in case["messages"] for f in m["files"]]
    assert len({f["n"] for f in there}) == len(there) == len(names)
    for f in there:
        async with desk.get(f"/staff/cases/{number}/files/{f['n']}") as answer:
            assert (answer.status, answer.content_type) == (200, "image/jpeg"), f
    await town.does("handler", number, "sign")
    await town.answers(number, GOOD_REPLY, result="solved")
    if await town.state(number) == "in_review":
        await town.does("reviewer", number, "qualified")
    page = await see(await sit_down(town.site, "publisher"), f"/staff/publication/P{number}")
    await page.press(f"/staff/publication/P{number}", do="publish")
    shown = await town.reads(f"/results/{number}")
    assert "/files/" not in shown
    assert not any(name in shown for name in names)
    for f in there:
        async with town.site.client.get(f"/results/{number}/files/{f['n']}") as answer:
            assert answer.status == 404


async def test_a_month_taken_away_as_a_table_holds_that_month_and_no_other(town: Town) -> None:
    february = [(await town.writes(title=f"二月的第{n}封信，路灯不亮")).number for n in range(2)]
    await town.time_passes(datetime(2026, 3, 2, 2, tzinfo=UTC))
    march = [(await town.writes(title="三月的信，路灯不亮")).number]
    await run_followers(town.site.office)
    desk = await sit_down(town.site, "supervisor")

    async def table(path: str, since: str, until: str) -> list[dict[str, str]]:
        async with desk.get(f"/staff/board{path}&from={since}&to={until}") as answer:
            text = (await answer.text(encoding="utf-8")).removeprefix(BOM)
        return list(csv.DictReader(io.StringIO(text)))

    for numbers, *days in ((february, "2026-02-01", "2026-02-28"), (march, "2026-03-01", "2026-03-31")):
        (line,) = await table(".csv?view=kind", *days)
        assert int(line["收到"]) == len(numbers)
        behind = await table("/cases.csv?what=received.n", *days)
        assert sorted(row["编号"] for row in behind) == numbers
    both = await table("/cases.csv?what=received.n", "2026-02-01", "2026-03-31")
    assert sorted(row["编号"] for row in both) == [*february, *march]


async def test_an_address_that_nobody_confirmed_hears_that_there_is_an_answer_and_reads_it_once_confirmed(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    await an_office(store, clock, tmp_path)
    office = office_on(store, TickingClock(clock), tmp_path)
    async with a_mailing_town(office) as process:
        letter = a_letter(contact=Contact(name="李小满", email=LI))
        receipt = await office.receive(letter)
        await _dispatched(office, receipt)
        await office.act(receipt.number, "sign", {}, HANDLER)
        await _replied(office, receipt.number)
        notice = await process.post.brings(LI, "答复")
        assert all(WORDS not in mail.get_content() for mail in process.post.to(LI)), "anybody may own this address"
        process.box.deliver(bytes(an_answer(notice, "收到，谢谢。还是不太亮。")))
        await process.post.brings(LI, "补充已收到")
        await office.act(receipt.number, "order_reopen", {"reason": "请再去看。", "reasons": ["Q9"]}, SUPERVISOR)
        await _replied(office, receipt.number)
        assert GOOD_REPLY[:20] in (await process.post.brings(LI, WORDS)).get_content()


async def _dispatched(office: Office, letter: Received) -> None:
    if letter.state == "submitted":
        await office.act(letter.number, "accept", {}, RECEPTION)
        await office.act(letter.number, "dispatch", {"unit": "urban"}, RECEPTION)


async def _replied(office: Office, number: str) -> None:
    await office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld"}, HANDLER)
    await office.act(number, "sign_off", {}, SIGNER)
    await office.act(number, "qualified", {}, REVIEWER)
