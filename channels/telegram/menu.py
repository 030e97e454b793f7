"""The bot's menu and its two lines about itself, as Telegram shows them, in Chinese and in English."""

from typing import NamedTuple

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats

from hub.errors import Said

COMMANDS: dict[str, Said] = {
    "new": Said("写信", "Write a letter"),
    "status": Said("查进度：编号和查询码", "How a letter stands: number and query code"),
    "my": Said("我的来信", "My letters"),
    "add": Said("补充材料或说明", "Add to a letter"),
    "rate": Said("评价答复", "Rate an answer"),
    "back": Said("上一步", "One step back"),
    "cancel": Said("取消", "Cancel"),
    "help": Said("帮助和电话", "Help and our phone number"),
    "lang": Said("English", "中文"),
}
"""What the menu offers, in its order; the words are at most 256 characters (Telegram Bot API, BotCommand)."""
ONLY_WITH_LETTERS = frozenset({"add", "back", "cancel"})
"""What makes no sense where a letter may not be written in the chat."""

_WRITES = Said("写信、查进度、看答复。", "Write to us, follow your letter, read the answer.")
_FOLLOWS = Said("查进度、收回执；写信请用网页。", "Follow your letter here; write to us on our page.")
_LIFE = Said("如有生命危险，请立即拨打110、119或120。", "If a life is in danger, call 110, 119 or 120 at once.")
_CARRIER = Said(
    "请注意：Telegram不是政府的软件，它的运营方能看到这里的内容。网页：{site}",
    "Please note: Telegram is not run by the government, and its operator can read what is written here. Our page: "
    "{site}",
)


class Words(NamedTuple):
    """What one language's readers are shown: the menu, the text of an empty chat, the line under the bot's name."""

    commands: tuple[BotCommand, ...]
    description: str
    short: str


def words(lang: str, site: str, *, letters: bool) -> Words:
    """Menu and lines in `zh` or `en`; `letters` says whether a letter may be written in the chat."""
    at = 1 if lang == "en" else 0
    offered = (name for name in COMMANDS if letters or name not in ONLY_WITH_LETTERS)
    about = (_WRITES if letters else _FOLLOWS)[at]
    description = "\n".join((_LIFE[at], about, _CARRIER[at].format(site=site)))
    return Words(tuple(BotCommand(name, COMMANDS[name][at]) for name in offered), description[:512], about)


async def dress(bot: Bot, site: str, *, letters: bool) -> None:
    """Show menu and lines; the English ones are for everybody whose Telegram is not set to Chinese, as our answers are.

    Groups get no menu: nothing of a letter is said before others. Raises telegram.error.TelegramError.
    """
    for lang, code in (("en", None), ("zh", "zh")):
        shown = words(lang, site, letters=letters)
        await bot.set_my_commands(shown.commands, BotCommandScopeAllPrivateChats(), code)
        await bot.set_my_description(shown.description, code)
        await bot.set_my_short_description(shown.short, code)
