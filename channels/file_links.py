"""Links to files of an answer, for channels that carry words but no files: signed, for one party, and over some day."""

import hmac
import re
from datetime import datetime, timedelta

from hub import own
from hub.errors import NotFound, Refusal
from hub.office import Office
from hub.privacy.codes import MARK_LENGTH
from hub.storage import cases
from hub.storage.tx import Row, Tx

DAYS = 7
PATH = "/letters/sent"
_LINK = re.compile(
    rf"(?P<number>\d{{4}}-\d{{6,8}})-(?P<party>\d{{1,3}})-(?P<n>\d{{1,6}})-(?P<until>\d{{1,12}})-(?P<proof>[0-9a-z]{{{MARK_LENGTH}}})"
)


class LinkOver(Refusal):
    """The link was true, and its days are over; the file is still there for number and query code."""

    code = "link_over"

    def __init__(self) -> None:
        super().__init__(
            f"这个下载链接只在{DAYS}天内有效，已经过期。文件还在：请点“查进度”，填编号和查询码，在答复下面下载。",
            f"This link was good for {DAYS} days and is over. The file is still there: choose “Track”, enter number "
            "and query code, and download it below the answer.",
        )


def link_to(office: Office, letter: tuple[str, str, int, int], n: int, now: datetime) -> str:
    """Where the file at place `n` can be fetched for DAYS from now on, behind the site's address.

    `letter`: number, case, party, and the epoch of its query code; a new code makes the link void with the old one.
    """
    number, case_id, party, epoch = letter
    until = int((now + timedelta(days=DAYS)).timestamp())
    return f"{PATH}/{number}-{party}-{n}-{until}-{office.file_mark(case_id, party, epoch, n, until)}"


def linked(tx: Tx, link: str, office: Office, now: datetime) -> Row:
    """The file that a link leads to; raises NotFound for one that is not ours, LinkOver. Compared in constant time."""
    found = _LINK.fullmatch(link)
    if found is None:
        raise NotFound
    n, until = int(found["n"]), int(found["until"])
    for case_id, party, epoch in cases.receipts(tx, found["number"]):
        true = office.file_mark(case_id, party, epoch, n, until)
        if party == int(found["party"]) and hmac.compare_digest(found["proof"].encode(), true.encode()):
            if now.timestamp() >= until:
                raise LinkOver
            return own.own_file(tx, case_id, party, n)
    raise NotFound
