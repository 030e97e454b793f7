"""Fetching what a citizen sent: the file behind a reference, with a limit."""

from telegram import Bot

from hub.errors import Refusal

FILE_BYTES = 20_000_000
"""The largest file that the Bot API hands out (getFile)."""


class TooLarge(Refusal):
    """The file is larger than may be fetched; its citizen can upload it on the page instead."""

    code = "too_large"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"文件超过{most // 1_000_000}兆，请压缩，或在网页上传。",
            f"The file has more than {most // 1_000_000} MB. Please compress it or upload it on our page.",
        )


async def fetch(bot: Bot, file_ref: str, most: int = FILE_BYTES) -> bytes:
    """The content behind a file reference; the link to it lives an hour, the reference stays.

    Raises TooLarge for more than `most` bytes, telegram.error.TelegramError as `classify` understands it.
    """
    file = await bot.get_file(file_ref)
    if (file.file_size or 0) > most or file.file_path is None:
        raise TooLarge(most)
    content = await bot.request.retrieve(file.file_path)
    if len(content) > most:
        raise TooLarge(most)
    return content
