"""The page of seals: anybody reads them, checks one kept earlier, and finds the newest on the receipt."""

from hub.seals import SHORT
from hub.storage import seals
from supervision.patrol import sweep
from tests.channels.reader import Reader, write_letter
from tests.channels.web_site import RunningSite


async def test_the_newest_seal_stands_on_the_receipt_and_is_borne_out_on_the_page(site: RunningSite) -> None:
    await write_letter(Reader(site.client))
    await sweep(site.office, site.clock())
    (seal,) = await site.office.store.read(seals.newest, 1)
    kept = f"{seal.seq}:{seal.hash[:SHORT]}"
    receipt = await write_letter(Reader(site.client))
    assert kept in receipt.text
    async with site.client.get("/seals", params={"kept": kept}) as answer:
        page = await answer.text()
    assert "对得上" in page
    assert seal.hash in page
    async with site.client.get("/seals.json") as answer:
        assert (await answer.json())["seals"] == [seal._asdict()]


async def test_what_does_not_fit_or_is_no_seal_gets_its_sentence(site: RunningSite) -> None:
    await site.office.store.write(lambda tx: None)
    for kept, sentence in (("1:" + "0" * 64, "对不上"), ("你好", "请写成"), ("9" * 18 + ":" + "a" * 16, "对不上")):
        async with site.client.get("/seals", params={"kept": kept}) as answer:
            assert answer.status == 200
            assert sentence in await answer.text()
    async with site.client.get("/seals") as answer:
        assert "还没有封印" in await answer.text()
