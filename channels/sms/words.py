"""What the hub says by text message beside the notices of the edition; each sentence is one message."""

import re

from channels.letters import SMS_MOST, is_one_sms
from hub.errors import Said
from hub.machines.effects import ASKED

_LINK = re.compile(r"\s*[：:]?\s*https?://\S+$")
RATING = Said("回复1满意2一般3不满意", "Reply 1 good 2 so-so 3 bad")
RATED = Said(
    "来信{number}的评价已记下，谢谢您。不是您发的请打{phone}", "Rated {number}, thank you. Not you? Call {phone}"
)
DONE = Said("回复1办好了2部分3没有", "Reply 1 done 2 partly 3 not done")
TOLD = Said(
    "来信{number}您的回答已记下，谢谢您。不是您发的请打{phone}", "Noted for {number}, thank you. Not you? Call {phone}"
)
NOT_DONE = Said(
    "来信{number}没办好已记下，督查单位会看。不是您发的请打{phone}", "Noted: {number} not done. Not you? Call {phone}"
)
LOW = Said(
    "来信{number}的评价已记下。想重新办理请打{phone}，或上{site}", "Rated {number}. To have it reopened call {phone}"
)
ADDED = Said("来信{number}的补充已收到。不是您发的请打{phone}", "Added to {number}. Not you? Call {phone}")
STATUS = Said("来信{number}：{word}{due}。{site}", "Letter {number}: {word}{due}. {site}")
DUE = Said("，最迟{day}答复", ", answer by {day}")
NOTHING_TO_RATE = Said(
    "现在没有等您评价的答复。要补充情况请写成一句话，或打{phone}", "Nothing waits for a rating. Call {phone}"
)
OVER = Said("来信{number}已经不能补充了。还有事请打{phone}，或上{site}", "{number} is closed. Please call {phone}")
UNKNOWN = Said(
    "没有找到这个号码正在办的来信。写信或查询请打{phone}，或上{site}", "No letter for this number. Call {phone}"
)
DANGER = Said(
    "有生命危险请立即拨打110、119或120，这个号码不接警。", "If a life is in danger call 110, 119 or 120 at once."
)
SORRY = Said(
    "刚才的短信没有处理成功，已请工作人员查看。着急请打{phone}", "Your message could not be handled. Call {phone}"
)


def fitted(said: Said, lang: str, site: str = "", **fill: str) -> str:
    """The sentence as one message: with the site's address where it fits, else without."""
    form = said.en if lang == "en" else said.zh
    for link in (site, ""):
        text = form.format(**fill, site=link).strip().removesuffix("，或上")
        if is_one_sms(text):
            return text
    return text[:SMS_MOST]


def inviting(name: str, text: str, lang: str) -> str:
    """A notice of an answer or a question with the invitation to say it by one number, where both fit one message.

    Where the notice does no more than invite, the number takes the place of the link.
    """
    bare = _LINK.sub("", text)
    asked = name in ASKED
    forms = (text, bare) if asked or name == "rate_invite" else (text,) if name == "answered" else ()
    stop, invitation = (". " if lang == "en" else "。"), (DONE if asked else RATING)[lang == "en"]
    whole = (f"{form.rstrip('。. ')}{stop}{invitation}" for form in forms)
    return next((one for one in whole if is_one_sms(one)), text)
