"""Q13 态度: words that scold, mock or threaten."""

import re

from hub.errors import Said
from hub.ports import Finding
from supervision.checks.look import Look, around, finding

_RUDE = re.compile(
    r"另谋高就|无理取闹|胡搅蛮缠|无中生有|刁民|(?:你|您)(?:自己)?(?:应该|应当)(?:反省|反思|检讨)|与[你您]无关|关[你您]什么事|"
    r"(?<!没有)(?<!不是)故意找茬|纯属(?:捏造|造谣|诬告|无稽)|别有用心|不要(?:再)?(?:纠缠|闹|炒作)|爱(?:告|去)哪(?:儿|里)?(?:告|去)?|后果自负|"
    r"(?:你|您)(?:连|难道)[^。！？]{0,16}(?:都|也)?不(?:知道|懂|明白|会)|没(?:有)?文化|素质(?:太|真)?低|想得美|少见多怪|多管闲事|"
    r"不可理喻|自作自受|活该|闲得"
)

SAID = Said(
    "这句话让人不舒服。请念一遍给同事听，把责怪、反问和教训的话去掉。",
    "These words hurt. Please read them to a colleague, and take out blame, irony and lecturing.",
)


def check(look: Look) -> Finding | None:
    """A word of the list."""
    rude = _RUDE.search(look.body)
    return finding("Q13", SAID, around(look.body, rude.start(), rude.end())) if rude else None
