"""The publisher's operations: what waits for the release check, and the decision on one."""

from typing import Annotated, Literal

from pydantic import Field

from channels.web.api.inbox import Paged, page_of
from channels.web.api.op import LARGEST, Call, Given, Told, op
from channels.web.api.shapes import File, Moved, Rows, file, moved
from channels.web.keys import ACTOR, GATES, office_of
from hub import publishing
from hub.errors import Invalid, Said
from hub.privacy.marks import Kind
from hub.publishing import Placed
from hub.submission import MOST_FILES

LONGEST = 10_000
PUBLISHERS = ("publisher", "supervisor")


class Mask(Given):
    """Characters `start` to `end` (code points, end excluded) of the text before masking; `lift` takes one away."""

    where: Literal["title", "body", "reply"]
    start: int = Field(ge=0, le=LONGEST)
    end: int = Field(ge=1, le=LONGEST)
    kind: Kind
    lift: bool = False


class Decision(Given):
    """Publish as it stands with these masks and these of the reply's files, or withhold for a coded reason."""

    version: int = Field(ge=1, le=LARGEST)
    verdict: Literal["publish", "withhold"]
    masks: list[Mask] = Field([], max_length=500)
    files: list[Annotated[int, Field(ge=1, le=LARGEST)]] = Field([], max_length=MOST_FILES)
    reason: str = ""


class MaskTold(Told):
    """A mark that stands; one that is not sure asks the publisher to look."""

    start: int
    end: int
    kind: Kind
    sure: bool


class Text(Told):
    """One text before masking, its marks, and as the public would read it."""

    before: str
    marks: list[MaskTold]
    shown: str


class Preview(Told):
    """The page as it would be published."""

    number: str
    title: Text
    body: Text
    reply: Text
    surname: str
    files: list[File]


@op("GET", "/publications", "What waits for the release check", who=PUBLISHERS, auth="bearer", query=Paged, out=Rows)
async def waiting(call: Call[None, Paged]) -> Rows:
    """Publication records, by due date."""
    return await page_of(call, "to_publish", {}, None)


@op(
    "GET",
    "/publications/{number}",
    "The page as it would be published",
    who=PUBLISHERS,
    auth="bearer",
    out=Preview,
    faults=(409,),
)
async def preview(call: Call[None, None]) -> Preview:
    """With the machine's marks alone."""
    office, actor = office_of(call.request), call.request[ACTOR]
    page, marked = await publishing.preview(office, call.number, actor)
    files = await office.store.read(publishing.enclosed, call.number, actor, await office.book())

    def text(where: publishing.Where, shown: str) -> Text:
        marks = [MaskTold(start=m.start, end=m.end, kind=m.kind, sure=m.sure) for m in marked[where].marks]
        return Text(before=marked[where].text, marks=marks, shown=shown)

    return Preview(
        number=page.number,
        title=text("title", page.title),
        body=text("body", page.body),
        reply=text("reply", page.reply),
        surname=page.surname,
        files=[file(f) for f in files],
    )


@op(
    "POST",
    "/publications/{number}",
    "Publish or withhold",
    who=PUBLISHERS,
    auth="bearer",
    body=Decision,
    out=Moved,
    faults=(409,),
)
async def decide(call: Call[Decision, None]) -> Moved:
    """Adding marks is the publisher's own; lifting takes what another publisher asked for."""
    request, given, office, actor = call.request, call.body, office_of(call.request), call.request[ACTOR]
    request.app[GATES].take(request.app[GATES].moves, actor.person)
    if given.verdict == "withhold":
        if not given.reason:
            raise Invalid({"reason": Said("请选择不公开的理由。", "Please choose why it is withheld.")})
        return moved(await office.act(call.number, "withhold", {"reason": given.reason}, actor, given.version))
    added, lifted = _placed(given.masks, lift=False), _placed(given.masks, lift=True)
    chosen = publishing.Chosen(added, lifted, frozenset(given.files))
    return moved(await publishing.publish(office, call.number, actor, given.version, chosen))


def _placed(masks: list[Mask], *, lift: bool) -> tuple[Placed, ...]:
    return tuple(Placed(m.where, m.start, m.end, m.kind) for m in masks if m.lift is lift)


OPS = (waiting, preview, decide)
