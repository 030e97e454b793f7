"""What the hub says by mail beside the notices of the edition."""

from hub.errors import Said

FOOTER = Said(
    "直接回复这封邮件，就能补充情况或附上材料。",
    "To add anything, words or files, simply answer this mail.",
)
RATING = Said(
    "回复一个数字就能评价：1 满意、解决了；2 一般、解决了一部分；3 不满意、没解决。",
    "Answer with one number to rate it: 1 satisfied, solved; 2 so-so, partly solved; 3 dissatisfied, not solved.",
)
NOT_TAKEN = Said("第{n}个附件没有收下：{why}", "Attachment {n} was not taken: {why}")
TOO_MANY = Said(
    "一封信最多收5个附件，请另发一封邮件补充。", "A letter takes at most five; please send it with another mail."
)
CUT_OFF = Said(
    "邮件太大，没有传完整。请压缩后再发。", "The mail was too large and was cut off here. Please compress the file."
)
FILES_SUBJECT = Said("有附件没有收下：{number}", "Attachments not taken: {number}")
FILES_HEAD = Said(
    "您好，来信{number}的文字已经收到，但有附件没有收下：", "Hello, the words of your letter {number} arrived, but:"
)
FULL = Said("来信全文.txt", "whole letter.txt")
GOES_ON = Said("（全文较长，见附件）", "(The whole letter is attached.)")
SEE_FILES = Said("（见附件）", "(See the attached files.)")
LINKED = Said("（接着来信{number}）", "(Following letter {number}.)")
SORRY_SUBJECT = Said("您的邮件没有处理成功", "Your mail could not be handled")
SORRY = Said(
    "您好，您刚才的邮件没有处理成功，已请工作人员查看。着急的话请打电话{phone}，或者在网上写信：{site}/letters/new",
    "Hello, your last mail could not be handled; a colleague will look at it. If it is pressing, call {phone} or "
    "write on our page: {site}/letters/new",
)


def pick(said: Said, lang: str) -> str:
    return said.en if lang == "en" else said.zh


def footer(text: str, lang: str) -> str:
    """What stands below a notice: how to answer it, and how to rate where there is an answer."""
    lines = [pick(RATING, lang)] if text in ("answered", "rate_invite") else []
    return "\n".join((*lines, pick(FOOTER, lang)))
