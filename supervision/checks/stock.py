"""Q1 空复, by score: a reply put together from stock phrases, however long and whatever title it quotes."""

from hub.errors import Said
from hub.ports import Finding
from supervision.checks.look import Look, finding
from supervision.scoring.measures import substance
from supervision.scoring.model import scorer
from supervision.scoring.pair import QUOTED

SAID = Said(
    "这些话放在哪一件来信下面都说得通，没有写这一件的事。请写清去看了没有、看到什么、做了什么、还差什么。",
    "These sentences fit any letter and tell nothing of this one. Please say what was seen and done, and what is open.",
)
MOST_SHOWN = 3


def check(look: Look) -> Finding | None:
    """The boilerplate score is past its limit; the sentences with the least of their own are its evidence."""
    if not look.is_likely("boilerplate"):
        return None
    said = [s for s in look.pair.sentences if QUOTED not in s]
    plain = sorted(said, key=lambda sentence: substance(sentence, scorer().rarity))[:MOST_SHOWN]
    shown = tuple(s for s in said if s in plain)
    return finding("Q1", SAID, shown[0] if shown else look.body, quotes=shown)
