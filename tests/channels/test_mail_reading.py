"""A mail is read as far as it goes, whatever is broken or hostile in it; what was quoted is cut only where sure."""

import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.mail.guards import no_letter
from channels.mail.marks import marks_in
from channels.mail.plain import plain_words
from channels.mail.quoting import fresh_words, unsigned
from channels.mail.reading import Mail, Unreadable, read_mail
from channels.mail.sending import SmtpAccess, written
from channels.mail.worker import kept_as, packed, unpacked
from channels.message import OutboundMessage
from hub.moments import from_text

OURS = "letters@qinghe.example"
WORDS = "路灯坏了半个月没人修"


def test_words_in_the_wrong_or_no_charset_are_still_read() -> None:
    for declared, code in (("", "gb18030"), ("", "utf-8"), ("gb2312", "gbk"), ("utf-8", "gb18030"), ("x-none", "gbk")):
        head = f"Content-Type: text/plain; charset={declared}\r\n" if declared else ""
        raw = f"From: li@citizen.example\r\n{head}\r\n".encode() + WORDS.encode(code)
        assert read_mail(raw).text == WORDS


def test_headers_in_raw_bytes_and_broken_encoded_words_are_read() -> None:
    raw = (
        b"From: \xc0\xee <Li@Citizen.example>\r\nSubject: " + WORDS.encode("gb18030") + b"\r\nBad header line\r\n\r\nx"
    )
    mail = read_mail(raw)
    assert (mail.sender, mail.name, mail.subject) == ("li@citizen.example", "李", WORDS)
    assert read_mail(b"From: a@b.example\r\nSubject: =?utf-8?B?!!!?= =?x?Q?=ff?=\r\n\r\nhello").text == "hello"


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "nobody",
        "a@b.example, c@d.example",
        '"x" <a@b.example>\r\n <c@d.example>',
        "a@b",
        "<a@b.example",
        "a b@c.example",
    ],
)
def test_a_sender_that_is_not_one_address_is_none(sender: str) -> None:
    assert read_mail(f"From: {sender}\r\nSubject: x\r\n\r\nhello".encode()).sender in ("", "a@b.example")


def test_html_becomes_plain_words_without_scripts_and_addresses() -> None:
    html = (
        "<html><head><title>t</title><style>p{}</style></head><body><p>您好，</p><p>路灯&nbsp;<b>坏了</b><script>alert(1)</script>"
        '<a href="http://evil.example">看</a></p><img src="http://track.example/x.gif"><blockquote>旧话<br>两行</blockquote>'
        "<svg><text>no</text></svg></body>"
    )
    assert plain_words(html) == "您好，\n\n路灯 坏了看\n\n> 旧话\n> 两行"


def test_of_alternatives_the_plain_one_is_taken_unless_it_is_empty() -> None:
    for plain, wanted in (("平文", "平文"), ("\n", "富文")):
        mail = EmailMessage()
        mail["From"] = "li@citizen.example"
        mail.set_content(plain)
        mail.add_alternative("<p>富文</p>", subtype="html")
        assert read_mail(bytes(mail)).text.strip() == wanted


def test_a_nest_of_parts_and_a_thousand_files_end_somewhere() -> None:
    nest = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(3000))
    with pytest.raises(Unreadable):
        read_mail(f"From: a@b.example\r\n{nest}".encode())
    parts = "".join("--b\r\nContent-Type: application/pdf\r\n\r\nx\r\n" for _ in range(5000))
    mail = read_mail(f'From: a@b.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n{parts}--b--'.encode())
    assert len(mail.files) < 250


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_are_more_than_unreadable(raw: bytes) -> None:
    for content in (raw, b"From: a@b.example\r\nContent-Type: " + raw, b"Subject: " + raw + b"\r\n\r\n" + raw):
        try:
            assert isinstance(read_mail(content), Mail)
        except Unreadable:
            pass
        assert len(kept_as(content).event_id) == 40
        assert unpacked(packed(content)) == content


ANSWERS = [
    "今天好了\n\n在 2026-02-13 10:00:00，“清禾区” <letters@qinghe.example> 写道：\n\n> 您好\n> 已答复",
    "今天好了\n\nOn Fri, 13 Feb 2026 at 10:00, Qinghe <letters@qinghe.example> wrote:\n> Hello",
    "今天好了\n\n------------------ 原始邮件 ------------------\n发件人: 清禾区\n主题: 已答复\n您好",
    "今天好了\n\n发件人：清禾区\n发送时间：2026年2月13日\n收件人：李\n主题：已答复\n\n您好",
    "今天好了\n-- \n李小满\n某公司\n",
    "今天好了\n\n发自我的小米手机\n\n> 您好\n> 已答复",
    "今天好了\n\nSent from my iPhone\n",
    "今天好了\n\n> 您好\n> 已答复\n",
    "今天好了\n\n-----Original Message-----\nFrom: x",
]


@pytest.mark.parametrize("text", ANSWERS)
def test_what_is_quoted_and_signed_is_cut(text: str) -> None:
    assert fresh_words(text) == "今天好了"


@pytest.mark.parametrize(
    "text",
    [
        "> 门口的灯好了吗？\n好了。\n> 西门的呢？\n没有。",
        "老王在信里写道：\n这条路三年没修了。",
        "发件人：我没有收到信。\n请再寄一次。",
        "金额 > 500 元的怎么办",
        "噪音来自楼上，\n来自我的邻居家",
    ],
)
def test_an_answer_point_by_point_stays_whole(text: str) -> None:
    assert fresh_words(text) == text


def test_nothing_but_a_quote_stays_rather_than_nothing() -> None:
    assert fresh_words("> 您好") == "> 您好"
    assert unsigned("您好\n-- \n李") == "您好"


def test_a_letter_of_a_person_passes_and_an_empty_one_does_not() -> None:
    head = b"From: li@citizen.example\r\n"
    assert no_letter(read_mail(head + b"Auto-Submitted: no\r\nSubject: x\r\n\r\nhello"), OURS) == ""
    assert no_letter(read_mail(head + b"\r\n \r\n"), OURS) == "empty"
    assert no_letter(read_mail(b"From: MAILER-DAEMON@mx.example\r\nSubject: x\r\n\r\nhello"), OURS) == "auto"


def test_marks_are_found_in_folded_and_upper_case_addresses_and_few_are_looked_at() -> None:
    mark = "2026-000123-1-0123456789abcdef"
    assert [m.proof for m in marks_in(f"<LETTERS+{mark.upper()}@QINGHE.EXAMPLE>")] == [mark[-16:]]
    assert not marks_in("2026-000123-1-0123456789abcde 2026-000123")
    assert len(marks_in(" ".join(f"2026-{n:06d}-1-0123456789abcdef" for n in range(500)))) == 20


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_no_name_subject_or_address_adds_a_header_or_a_recipient(address: str, subject: str) -> None:
    access = SmtpAccess(OURS, "清禾区", "h", 25, "none")
    clock = lambda: from_text("2026-02-13T02:00:00.000000Z")  # noqa: E731
    try:
        mail = written(access, f"{address}@citizen.example", OutboundMessage("您好", subject=subject), "k", clock)
        raw = mail.as_bytes()
    except ValueError:
        return
    again = read_mail(raw)
    assert set(again.headers) <= {
        *("from", "to", "subject", "message-id", "date", "auto-submitted", "x-auto-response-suppress"),
        *("mime-version", "content-type", "content-transfer-encoding"),
    }
    assert "bcc" not in again.headers


def test_the_id_stands_on_one_line_and_lines_are_short() -> None:
    access = SmtpAccess(OURS, "清禾区政民互动", "h", 25, "none")
    clock = lambda: from_text("2026-02-13T02:00:00.000000Z")  # noqa: E731
    mail = written(access, "li@citizen.example", OutboundMessage("您好" * 900, subject="来" * 90), "k", clock)
    assert all(len(line) <= 78 for line in mail.as_bytes(policy=email.policy.SMTP).splitlines())
