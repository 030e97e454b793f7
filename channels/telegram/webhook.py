"""Telling Telegram where to deliver, or that we fetch ourselves."""

from telegram import Bot

from channels.telegram.updates import ALLOWED_UPDATES

CONNECTIONS = 8
"""How many deliveries Telegram may make at once; a lane a chat needs no more."""


async def deliver_to(bot: Bot, address: str, secret: str) -> None:
    """Have updates delivered to an https address with this secret (1 to 256 of A–Z a–z 0–9 _ -).

    What is waiting stays waiting. Raises telegram.error.TelegramError; try again with back-off.
    """
    await bot.set_webhook(
        address,
        secret_token=secret,
        allowed_updates=ALLOWED_UPDATES,
        max_connections=CONNECTIONS,
        drop_pending_updates=False,
    )


async def fetch_ourselves(bot: Bot) -> None:
    """Take the webhook away, so that polling may begin; what is waiting stays waiting."""
    await bot.delete_webhook(drop_pending_updates=False)
