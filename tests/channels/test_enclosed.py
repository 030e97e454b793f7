"""Files that go to the citizen with a reply: attached by the handler, read by signer and reviewer, sent, published."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from channels.courier import Courier, Outlet, Policy
from channels.mail.sending import SmtpAccess, written
from channels.parcels import packed
from hub import drafting
from hub.errors import Invalid, NotFound
from hub.followers import run_followers
from hub.office import Office
from hub.storage import cases, outbox
from hub.storage.contract import Store
from hub.submission import Attached
from tests.bot_api import BotApi
from tests.builders import GOOD_REPLY, HANDLER, RECEPTION, REVIEWER, SIGNER, a_letter, an_office, an_officer, office_on
from tests.by_telegram import TickingClock, running
from tests.channels.published import answered
from tests.channels.staff_desk import Page, see, sit_down
from tests.channels.test_public_track import opened
from tests.channels.test_staff_flows import a_case, page_of
from tests.channels.test_staff_writing import Postbox
from tests.channels.web_site import RunningSite
from tests.conftest import FixedClock

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
one_engine = pytest.mark.parametrize("engine", ["sqlite"])


async def upload(page: Page, files: Mapping[str, bytes], **values: str) -> Page:
    """The editor's form with files chosen in it, as a browser sends it."""
    form, sent = page.form("/moves/draft"), aiohttp.FormData(quote_fields=False)
    given = {name.replace("__", "-"): value for name, value in values.items()}
    for name, value in [*((n, v) for n, v in form.fields if n not in (*given, "files")), *given.items()]:
        sent.add_field(name, value)
    for name, content in files.items():
        sent.add_field("files", content, filename=name, content_type="application/octet-stream")
    async with page.client.post(form.action, data=sent) as answer:
        return Page(page.client, answer.status, await answer.text(), str(answer.url))


async def fetched(client: aiohttp.ClientSession, path: str) -> tuple[int, bytes]:
    async with client.get(path, allow_redirects=False) as answer:
        return answer.status, await answer.read()


async def laid(office: Office, number: str, *names: str, content: bytes = PDF) -> list[str]:
    """Files on a case as the editor lays them."""
    files = tuple(Attached(office.files.put(content + n.encode()), n, "application/pdf", len(content)) for n in names)
    places = await office.store.write(drafting.lay, number, files, HANDLER, await office.book(), office.clock())
    return [str(n) for n in places]


async def answered_with(office: Office, number: str, *names: str) -> None:
    """The letter's way to an answer that encloses these files."""
    await office.act(number, "sign", {}, HANDLER)
    files = await laid(office, number, *names)
    await office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld", "files": files}, HANDLER)
    await office.act(number, "sign_off", {}, SIGNER)
    await office.act(number, "qualified", {}, REVIEWER)


async def dispatched(office: Office, key: str = "key-1", **changes: Any) -> tuple[str, str]:
    received = await office.receive(a_letter(key, **changes))
    if received.state == "submitted":
        await office.act(received.number, "accept", {}, RECEPTION)
        await office.act(received.number, "dispatch", {"unit": "urban"}, RECEPTION)
    return received.number, received.case_id


# On the desk ----------------------------------------------------------------------------------------------------------


async def test_a_file_attached_to_a_reply_is_read_by_signer_and_reviewer_and_downloaded_by_the_citizen(
    site: RunningSite,
) -> None:
    reader, number, _ = await opened(site, phone="13900001234")
    if (await site.office.store.read(cases.row, number))["state"] == "submitted":  # type: ignore[index]
        await site.office.act(number, "accept", {}, RECEPTION)
        await site.office.act(number, "dispatch", {"unit": "urban"}, RECEPTION)
    await site.office.act(number, "sign", {}, HANDLER)
    page = await page_of(await sit_down(site, "handler"), number)
    page = await upload(page, {"施工图.pdf": PDF}, do="attach", draft__body=GOOD_REPLY)
    assert page.status == 200
    address = f"/staff/cases/{number}/files/1"
    assert 'value="1" checked' in page.html
    assert (await fetched(page.client, address))[1] == PDF
    signer, reviewer = await sit_down(site, "signer"), await sit_down(site, "reviewer")
    assert (await fetched(signer, address))[0] == 404  # what no version names is its writer's alone
    result = next(r.code for r in (await site.office.book()).kinds["help"].results if not r.needs_reason)
    await page.press("/moves/draft", draft__result=result)
    signing = await page_of(signer, number)
    assert "施工图.pdf" in signing.html
    assert (await fetched(signer, address))[1] == PDF
    await signing.press("/moves/sign_off")
    page = await see(reviewer, f"/staff/reviews/{number}")
    assert "施工图.pdf" in page.html
    assert (await fetched(reader.client, "/letters/files/1"))[0] == 404  # nothing is the citizen's before its release
    await page.press("/qualified")
    await reader.open("/letters/mine")
    assert "施工图.pdf" in reader.text
    assert (await fetched(reader.client, "/letters/files/1"))[1] == PDF
    stranger, _, _ = await opened(replaced(site), phone="13900005678")
    assert (await fetched(stranger.client, "/letters/files/1"))[0] == 404


@one_engine
async def test_a_program_lays_files_as_the_page_does_all_or_none(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")

    async def lays(files: Mapping[str, bytes], by: str = "handler", field: str = "files") -> tuple[int, Any]:
        sent = aiohttp.FormData(quote_fields=False)
        for name, content in files.items():
            sent.add_field(field, content, filename=name, content_type="application/octet-stream")
        return await site.call("POST", f"/inbox/{number}/files", by=by, data=sent)

    status, told = await lays({"施工图.pdf": PDF, "说明.txt": "好的".encode()})
    assert status == 201
    assert [(f["n"], f["name"], f["mime"]) for f in told["files"]] == [
        (1, "施工图.pdf", "application/pdf"),
        (2, "说明.txt", "text/plain; charset=utf-8"),
    ]
    assert (await lays({"又一次.pdf": PDF}))[1]["files"][0]["n"] == 1, "the same bytes keep their place"
    status, told = await lays({"好的.pdf": PDF + b"2", "坏的.pdf": b"<html>x</html>"})
    assert (status, told["errors"][0]["field"]) == (422, "files")
    assert "坏的.pdf" in told["errors"][0]["zh"]
    for files, by, field, refused in (
        ({"a.pdf": PDF}, "handler", "file", 422),
        ({f"{n}.pdf": PDF + bytes([n]) for n in range(6)}, "handler", "files", 422),
        ({"a.pdf": PDF}, "signer", "files", 409),
        ({"a.pdf": PDF}, "other_handler", "files", 404),
    ):
        assert (await lays(files, by, field))[0] == refused, (by, field)
    assert (await site.call("POST", f"/inbox/{number}/files", by="handler", json={"files": []}))[0] == 415
    assert len(await site.office.store.read(cases.files_of, case_id)) == 2
    _, seen = await site.call("GET", f"/inbox/{number}", by="handler")
    body = {"version": seen["version"], "body": GOOD_REPLY, "result": "upheld", "files": [1]}
    assert (await site.call("POST", f"/inbox/{number}/moves/draft", by="handler", json=body))[0] == 200
    _, seen = await site.call("GET", f"/inbox/{number}", by="signer")
    assert [f["name"] for f in seen["replies"][-1]["files"]] == ["施工图.pdf"]


def replaced(site: RunningSite) -> RunningSite:
    """The same site before another browser."""
    return RunningSite(site.base, site.office, site.clock, site.app, site.browser())


@one_engine
async def test_a_disguised_file_is_refused_beside_those_that_were_taken_and_no_word_is_lost(site: RunningSite) -> None:
    number, case_id = await a_case(site, "sign")
    page = await page_of(await sit_down(site, "handler"), number)
    files = {"好的.pdf": PDF, "坏的.pdf": b"<html>x</html>"}
    page = await upload(page, files, draft__body=GOOD_REPLY, draft__result="upheld")
    assert page.status == 422
    assert "坏的.pdf：文件内容与扩展名" in page.html
    assert "好的.pdf" in page.html
    assert GOOD_REPLY in dict(page.form("/moves/draft").fields)["draft-body"]
    again = await upload(page, {"好的.pdf": PDF}, do="keep")
    assert len(await site.office.store.read(cases.files_of, case_id)) == 1  # the same bytes are one file
    assert ("draft-files", "1") in (await page_of(again.client, number)).form("/moves/draft").fields
    left = await again.press("/moves/draft", draft__result="upheld", draft__files=[])
    assert left.status == 200
    whole = await site.office.store.read(cases.dossier, case_id)
    assert whole is not None
    assert whole.replies[-1].files == ()


async def test_a_reply_takes_no_file_of_a_citizen_and_none_of_another_case(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    own = (Attached(office.files.put(PDF), "我的.pdf", "application/pdf", len(PDF)),)
    number, _ = await dispatched(office, files=own)
    await office.act(number, "sign", {}, HANDLER)
    for files in (["1"], ["7"], ["x"], "1", [float("inf")], [{}]):
        with pytest.raises(Invalid):
            await office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld", "files": files}, HANDLER)
    book, outsider = await office.book(), an_officer("韩住建", "handler@housing")
    with pytest.raises(NotFound):
        await store.write(drafting.lay, number, own, outsider, book, clock())


# On the way -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("carry", ["full", "link"])
async def test_telegram_brings_the_files_only_where_the_district_lets_it_carry_them(
    store: Store, clock: FixedClock, tmp_path: Path, carry: Any
) -> None:
    await an_office(store, clock, tmp_path)
    office = office_on(store, TickingClock(clock), tmp_path)
    number, case_id = await dispatched(office, channel="telegram", chat="1001")
    await answered_with(office, number, "施工图.pdf")
    async with BotApi() as api, running(office, api, carry=carry) as _:
        words = await api.until(lambda: [m for m in api.outbox(1001) if "附" in m.get("text", "")])
        if carry == "full":
            await api.until(lambda: [m for m in api.outbox(1001) if "document" in m])
            assert words[0]["text"].endswith("附件：施工图.pdf")
        else:
            assert words[0]["text"].endswith("答复附有1个文件，请在网页上下载。")
        row = await ended(office, case_id)
    assert (row["state"], row["provider_id"]) == ("sent", str(words[0]["message_id"]))
    names = [m["document"]["file_name"] for m in api.outbox(1001) if "document" in m]
    assert names == (["施工图.pdf"] if carry == "full" else [])


async def ended(office: Office, case_id: str) -> Any:
    """The row of the answer, once it has gone."""
    async with asyncio.timeout(30):
        while True:
            rows = [r for r in await office.store.read(outbox.of_case, case_id) if r["text"] == "answered"]
            if rows[0]["state"] != "waiting":
                return rows[0]
            await asyncio.sleep(0.01)


@one_engine
@pytest.mark.parametrize("most", [1000, 10])
async def test_a_mail_encloses_what_it_may_carry_and_else_names_it_beside_the_link(
    store: Store, clock: FixedClock, tmp_path: Path, most: int
) -> None:
    office = await an_office(store, clock, tmp_path)
    _, case_id = await dispatched(office, channel="mail", chat="li@citizen.example")
    files = {1: Attached(office.files.put(PDF), "施工图.pdf", "application/pdf", len(PDF))}
    post = Courier(office, {"mail": Outlet(Postbox(), form="full", attaches=most)}, Policy("https://q.example"))
    parcel = await post.would_send(case_id, "answered", GOOD_REPLY, files)
    assert parcel is not None
    message = packed(parcel, office.files).message
    mail = written(SmtpAccess("q@q.example", "民信", "", 0, "none"), parcel.address, message, "k", clock)
    enclosed = [(part.get_filename(), part.get_content()) for part in mail.iter_attachments()]
    assert enclosed == ([("施工图.pdf", PDF)] if most == 1000 else [])
    assert ("施工图.pdf\nhttps://q.example/letters/sent/" in message.text) == (most == 10)


@one_engine
async def test_a_channel_that_carries_no_files_brings_links_to_them_that_end(site: RunningSite) -> None:
    number, case_id = await dispatched(site.office, channel="wechat", chat="u1")
    await answered_with(site.office, number, "施工图.pdf")
    files = {1: Attached("", "施工图.pdf", "application/pdf", 9)}
    post = Courier(site.office, {"wechat": Outlet(Postbox(), form="full")}, Policy(site.base))
    parcel = await post.would_send(case_id, "answered", GOOD_REPLY, files)
    assert parcel is not None
    link = parcel.message.text.rpartition(site.base)[2]
    stranger = site.browser()
    assert await fetched(stranger, link) == (200, PDF + "施工图.pdf".encode())
    bent = (link[:-1] + ("0" if link[-1] != "0" else "1"), link.replace("-1-1-", "-1-2-"), "/letters/sent/2026-000001")
    assert {(await fetched(stranger, other))[0] for other in bent} == {404}
    site.clock.advance(days=7)
    over = await see(stranger, link)
    assert over.status == 410
    assert "已经过期。文件还在：请点“查进度”" in over.html


@one_engine
async def test_a_file_that_the_disk_lost_keeps_no_answer_back(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    await an_office(store, clock, tmp_path)
    office = office_on(store, TickingClock(clock), tmp_path)
    number, case_id = await dispatched(office, channel="telegram", chat="1001")
    await answered_with(office, number, "施工图.pdf")
    office.files.path((await store.read(cases.files_of, case_id))[0]["sha256"]).unlink()
    async with BotApi() as api, running(office, api) as _:
        assert (await ended(office, case_id))["state"] == "sent"
        assert not [m for m in api.outbox(1001) if "document" in m]
        assert [m for m in api.outbox(1001) if "控制箱进水" in m.get("text", "")]


async def test_a_merged_letter_gets_the_files_of_its_leads_answer(
    store: Store, clock: FixedClock, tmp_path: Path
) -> None:
    office = await an_office(store, clock, tmp_path)
    lead, _ = await dispatched(office)
    follower, follower_id = await dispatched(office, "key-2", title="三号楼楼道灯坏了")
    await office.act(follower, "merge", {"into": lead}, RECEPTION)
    await answered_with(office, lead, "施工图.pdf")
    for _ in range(2):
        await run_followers(office)
    thread = await store.read(cases.messages, follower_id)
    (place,) = thread[-1].refs["files"]
    assert [(r["name"], r["n"]) for r in await store.read(cases.files_of, follower_id)] == [("施工图.pdf", int(place))]


# In public ------------------------------------------------------------------------------------------------------------


async def test_a_file_is_public_only_where_the_publisher_says_so_and_under_no_name(site: RunningSite) -> None:
    number, _ = await a_case(site, "sign", publish_consent=True)
    files = await laid(site.office, number, "张三的图.pdf", "李四的图.pdf")
    await site.office.act(number, "draft", {"body": GOOD_REPLY, "result": "upheld", "files": files}, HANDLER)
    await answered(site.office, number, signed=True)
    page = await see(await sit_down(site, "publisher"), f"/staff/publication/P{number}")
    assert "张三的图.pdf" in page.html
    page = await page.press(f"/staff/publication/P{number}", public=["2"], do="preview")
    assert 'value="2" checked' in page.html
    await page.press(f"/staff/publication/P{number}", do="publish")
    shown = await see(site.browser(), f"/results/{number}")
    assert f"/results/{number}/files/2" in shown.html
    assert "图.pdf" not in shown.html
    assert (await fetched(shown.client, f"/results/{number}/files/2")) == (200, PDF + "李四的图.pdf".encode())
    assert (await fetched(shown.client, f"/results/{number}/files/1"))[0] == 404
    _, told = await site.call("GET", f"/results/{number}")
    assert [f["href"] for f in told["files"]] == [f"/results/{number}/files/2"]
    await site.office.act(f"P{number}", "take_down", {"reason": "P1"}, an_officer("金公开", "publisher", home="intake"))
    assert (await fetched(shown.client, f"/results/{number}/files/2"))[0] == 404
