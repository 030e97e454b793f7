"""Telegram: the bot's wire side: requests, incoming updates, polling, and sending with honest outcomes."""

import os

# python-telegram-bot warns at each duration until the coming form (timedelta) is chosen, and asks only the environment
os.environ.setdefault("PTB_TIMEDELTA", "true")
