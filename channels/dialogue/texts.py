"""Every sentence of the conversation in both languages, side by side; a test holds that none is missing."""

# ruff: noqa: E501 - a sentence stands on one line, so that a reader can compare both languages

from collections.abc import Mapping

from hub.errors import Said

TEXTS: Mapping[str, Said] = {
    # --- beginning and help
    "start": Said(
        "{emergency}\n\n这里是{district}政民互动。您可以在这里写信、查进度、补充材料、评价答复。"
        "交信后马上给您编号和查询码，并告诉您最迟哪一天答复。\n"
        "我们用您写的内容来办理这件事；您同意了才会公开，公开前去掉个人信息。可以不留姓名。",
        "{emergency}\n\nThis is the letter desk of {district}. Here you can write to us, see how your letter stands, add "
        "to it and rate the answer. You get a number and a query code at once, and the last day for our answer.\n"
        "We use what you write to deal with the matter; it is published only if you agree, with personal data "
        "removed. You need not give your name.",
    ),
    "start_receipts": Said(
        "{emergency}\n\n这里是{district}政民互动。这里可以查进度、收回执和通知、评价答复；写信、补充材料和看答复全文请用网页：{site}",
        "{emergency}\n\nThis is the letter desk of {district}. Here you can see how your letter stands, get receipts and "
        "notices, and rate the answer. To write, to add to a letter and to read the whole answer, use our page: {site}",
    ),
    "carrier": Said(
        "请注意：{carrier}不是政府的软件，它的运营方能看到这里的内容。不方便在这里说的，请用网页写信：{site}",
        "Please note: {carrier} is not run by the government, and its operator can read what is written here. For "
        "anything you would rather not say here, use the web form: {site}",
    ),
    "help": Said(
        "您可以这样说：\n写信 /new\n查进度 /status 编号 查询码\n我的来信 /my\n补充 /add\n评价 /rate\n"
        "上一步 /back\n取消 /cancel\nEnglish /lang\n找工作人员 /person\n也可以打电话 {phone}，有人接听。",
        "You can say:\n/new to write a letter\n/status with number and query code\n/my for your letters\n/add to add "
        "to a letter\n/rate to rate an answer\n/back for the step before\n/cancel to stop\n/lang 中文\n/person to speak with a person\n"
        "Or call {phone} and speak to a person.",
    ),
    "person": Said(
        "这里不能和人直接对话。请打{phone}，或者到网页上的在线对话说“人工”：{chat}\n在这里写的每封信也都由人来看、由人答复；催促或追问，"
        "请点“补充”，办理的人会看到。",
        "You cannot speak with a person here. Call {phone}, or say “person” in the chat on our site: {chat}\nEvery letter "
        "written here is read and answered by people too; to ask again, use “Add” and the office will see it.",
    ),
    "talk_called": Said(
        "已请受理台的工作人员来和您对话，{minutes}分钟内没有回复会告诉您（工作时间{hours}，也可以打{phone}）。请把想问的写下来，"
        "接下来您写的都交给工作人员。不说了，请点“结束对话”或回复“结束”。",
        "A colleague at the reception desk was called; if nobody answers within {minutes} minutes we tell you (office "
        "hours {hours}, or call {phone}). Write down what you want to ask: from now on a person reads what you write. When "
        "you are done, press “End the talk” or reply “end”.",
    ),
    "talk_closed": Said(
        "现在不是工作时间，没有人在线。工作时间是工作日{hours}，电话{phone}。事情可以现在就写信，有编号、有期限，上班就办：点“写信”。",
        "The office is closed now and nobody is online. Office hours are {hours} on working days, phone {phone}. You can "
        "write a letter now; it gets a number and a date for the answer: press “Write a letter”.",
    ),
    "talk_desk": Said("【受理台】", "[Reception desk] "),
    "talk_open": Said(
        "您正在和工作人员对话，请直接用文字说。要做别的，先点“结束对话”。",
        "You are in a talk with a person; please write in words. To do something else, press “End the talk” first.",
    ),
    "talk_words": Said(
        "和工作人员对话只能用文字。照片和文件请随信交：结束对话后点“写信”或“补充”。",
        "A talk takes words only. Photos and files go with a letter: end the talk, then press “Write a letter” or “Add”.",
    ),
    "talk_danger": Said(
        "{emergency}\n火警119，急救120，公安110；燃气泄漏请先开窗离开，不要开关电器。心理援助热线12356。\n"
        "您的话已交给工作人员并标为紧急，但请不要等回复；也可以打{phone}。",
        "{emergency}\nFire 119, ambulance 120, police 110. With a gas leak, open the windows, leave, and touch no "
        "switch. Psychological help: 12356.\nYour words reach a colleague, marked urgent, but do not wait for an answer; you "
        "may also call {phone}.",
    ),
    "talk_edited": Said("（更正先前的一条消息）\n{text}", "(Correction of an earlier message)\n{text}"),
    "talk_ended": Said(
        "对话已结束。要再找人，回复“人工”。没写完的信还在。",
        "The talk has ended. To speak with a person again, reply “person”. A letter you had begun is still here.",
    ),
    "talk_over": Said(
        "对话已经结束了，刚才这句没有转给工作人员。要再找人，回复“人工”；也可以写信，有编号、有期限。",
        "The talk had ended already, and what you just said reached nobody. To speak with a person again, reply “person”; "
        "or write a letter, which gets a number and a date for the answer.",
    ),
    "talk_by_desk": Said(
        "工作人员结束了对话。还有事情，回复“人工”或写信；没写完的信还在。",
        "The colleague has ended the talk. For anything else reply “person” or write a letter; a letter you had begun is "
        "still here.",
    ),
    "talk_by_silence": Said(
        "对不起，受理台现在忙不过来，没有人应答，对话先结束了。请写信：点“写信”，有编号、有期限，一定有人答复；也可以打{phone}。",
        "We are sorry: the desk is busy and nobody answered, so the talk ends here. Please write a letter: it gets a number, "
        "a date, and an answer for certain. Or call {phone}.",
    ),
    "talk_by_idle": Said(
        "好一会儿没有您的消息，对话先结束了。要再找人，回复“人工”；没写完的信还在。",
        "We have not heard from you for a while, so the talk ends here. To speak with a person again, reply “person”; a "
        "letter you had begun is still here.",
    ),
    "talk_none": Said(
        "现在没有和工作人员的对话。要找人，回复“人工”。", "There is no talk with a person now. Reply “person” for one."
    ),
    "group": Said(
        "为了保护您的个人信息，请不要在群里写来信内容。点我的名字，私下和我说：{bot}",
        "To protect your personal data, please do not write about your matter in a group. Talk to me in private: {bot}",
    ),
    "danger": Said(
        "{emergency}\n火警119，急救120，公安110；燃气泄漏请先开窗离开，不要开关电器。心理援助热线12356。\n"
        "您的信我们继续记，并标为紧急。",
        "{emergency}\nFire 119, ambulance 120, police 110. With a gas leak, open the windows, leave, and touch no "
        "switch. Psychological help: 12356.\nWe go on with your letter and mark it urgent.",
    ),
    "danger_receipts": Said(
        "{emergency}\n火警119，急救120，公安110；燃气泄漏请先开窗离开，不要开关电器。心理援助热线12356。\n"
        "这里不能收信，您刚才的话没有交给部门：请马上打电话{phone}，或在网页上写：{site}",
        "{emergency}\nFire 119, ambulance 120, police 110. With a gas leak, open the windows, leave, and touch no "
        "switch. Psychological help: 12356.\nNo letter can be taken here, and what you said has reached no office: please "
        "call {phone} now, or write on our page: {site}",
    ),
    "restart": Said(
        "写信的问题更新过了，我们从头再走一遍。您写过的内容还在。",
        "The questions have changed, so we go through them once more. What you wrote is still here.",
    ),
    "welcome_back": Said(
        "欢迎回来。您的信还在，写到“{where}”。", "Welcome back. Your letter is still here, at “{where}”."
    ),
    "unfinished": Said(
        "您有一封没写完的信，写到“{where}”。要接着写吗？",
        "You have an unfinished letter, at “{where}”. Would you like to go on?",
    ),
    "receipts_only": Said(
        "这里只发回执、进度和链接。请在网页上写：{site}",
        "Only receipts, states and links are carried here. Please write on our page: {site}",
    ),
    # --- small answers
    "sticker": Said("我看不懂表情和贴纸，请用文字告诉我。", "I cannot read stickers. Please tell me in words."),
    "unknown": Said(
        "这种消息我收不了，请用文字、照片或文件。",
        "I cannot take this kind of message. Words, photos and files are fine.",
    ),
    "voice_kept": Said(
        "语音收下了，工作人员会听写成文字，写好告诉您核对。您也可以再打几个字，分办会更快。",
        "We have your voice message. Somebody will listen, write it down and ask you to check it. A few written words "
        "help us to pass it on faster.",
    ),
    "voice": Said("我还听不懂语音，请用文字写下来。", "I cannot understand voice messages yet. Please write it down."),
    "greeting": Said("您好，我在。", "Hello, I am here."),
    "stale": Said("这个按钮是以前的，现在不能用了。", "This button is from earlier and no longer works."),
    "choose": Said("请点一个按钮，或者回复它的序号。", "Please press a button or reply with its number."),
    "kept_more": Said("这段话已加到信的内容里。", "This went into the text of your letter."),
    "edited": Said("已按您改过的消息更新。", "Updated from your edited message."),
    "edited_sent": Said(
        "您改了一条已经交上去的话。原来的保留不动，改过的作为更正加到信{number}后面。",
        "You edited a message that was sent already. What you sent stays as it is; your change is added to letter "
        "{number} as a correction.",
    ),
    "correction": Said("（更正先前的一条消息）\n{text}", "(Correction of an earlier message)\n{text}"),
    "edited_late": Said(
        "您改了一条以前的消息，信没有跟着变。要改信的内容，请在核对时点“修改”；已经交了的信，请点“补充”。",
        "You edited an earlier message; the letter did not change. To change it, press “Change” at the end; for a letter "
        "already sent, use “Add”.",
    ),
    "file_kept": Said("已收到第{n}份材料。", "Item {n} received."),
    "file_big": Said(
        "“{name}”太大了，最大{most}兆。可以压缩后再发，或在网页上传：{site}",
        "“{name}” is too large, the most is {most} MB. Please compress it or upload it on our page: {site}",
    ),
    "file_many": Said("最多收{most}份材料，前面的都已收好。", "At most {most} items; the earlier ones are safe."),
    "file_first": Said(
        "材料要跟着一封信。请先点“写信”，或者点“补充”加到已有的信里。",
        "A file belongs to a letter. Please begin a letter first, or add it to one you sent.",
    ),
    "cancel_sure": Said(
        "确定不写了吗？写好的内容会清除。要清除，请点“确定取消”或回复“确定取消”。",
        "Do you want to stop? What you wrote will be deleted. To delete it, press “Yes, cancel”.",
    ),
    "cancelled": Said("已取消，没有提交任何内容。", "Cancelled. Nothing was sent."),
    "aside_cancelled": Said("好的，这一项不做了。", "All right, we leave this."),
    "nothing": Said("现在没有正在写的信。", "There is no letter in writing now."),
    "first_step": Said("已经是第一步了。", "This is the first step already."),
    "lang": Said("请选择语言 / Please choose a language", "请选择语言 / Please choose a language"),
    "lang_set": Said("好的，我们用中文。", "All right, we go on in English."),
    # --- the steps of a letter
    "ask_kind": Said("您想写哪一类信？", "What kind of letter is it?"),
    "ask_aim": Said("您主要想反映什么？", "What is it mainly about?"),
    "ask_text": Said(
        "请说说是什么事：什么时候、发生了什么、希望怎么解决。一条消息就够。",
        "Please tell us what it is about: when, what happened, and what you would like. One message is enough.",
    ),
    "ask_title": Said("请给信写一个标题，60个字以内。", "Please write a title of at most 60 characters."),
    "ask_files": Said(
        "有照片或文件吗？请一张一张发来，发完点“没有了”。",
        "Have you photos or documents? Send them one by one, then press “No more”.",
    ),
    "ask_anonymous": Said(
        "怎么联系您？留了电话，办理的人可以问您；匿名的话，凭编号和查询码看答复。",
        "How can we reach you? With a phone number the office can ask you; without one you read the answer by number and "
        "query code.",
    ),
    "ask_name": Said("请问怎么称呼您？", "What is your name?"),
    "ask_phone": Said(
        "请留一个电话（手机11位，或座机带区号）。", "Your phone number (mobile with 11 digits, or landline)."
    ),
    "ask_wish": Said(
        "希望怎么、什么时候联系您？可以自己写，例如：晚上六点以后打电话。",
        "How and when do you like to be reached? You may write it yourself, such as: by phone after six.",
    ),
    "wish_day": Said("上班时间打电话", "By phone in office hours"),
    "wish_evening": Said("晚上六点以后打电话", "By phone after six"),
    "wish_sms": Said("先发短信", "By text message first"),
    "ask_publish": Said(
        "答复以后，可以把信和答复公开给别人参考吗？公开前会去掉电话、地址、姓名等个人信息。",
        "May we publish letter and answer for others? Phone, address, names and other personal data are removed first.",
    ),
    "ask_surname": Said("公开时可以显示您的姓吗（例如“张**”）？", "May your surname be shown, as in “Zhang **”?"),
    "ask_summary": Said("请核对一遍：", "Please check it once more:"),
    "summary_hint": Said(
        "要修改请点相应的按钮；没有问题请点“确认提交”，或回复“确认”。",
        "To change something press its button; if all is right press “Send” or reply “send”.",
    ),
    "similar": Said("有人问过相近的事，已有答复：", "Others asked something similar and were answered:"),
    "current": Said("现在是：{value}", "Now: {value}"),
    "sealed": Said(
        "这类信只有负责的监督部门能看到，被反映的人和单位看不到。",
        "Only the supervision office in charge can see such a letter, never the person or office it is about.",
    ),
    "optional": Said("（可以跳过）", " (may be skipped)"),
    "needed": Said(
        "这一项不能跳过，没有它不好办理。说不清的，写个大概就行。",
        "This cannot be skipped: the office needs it. If you do not know exactly, roughly is fine.",
    ),
    # --- side errands
    "ask_number": Said(
        "是哪一封信？请发编号，例如 2026-001234。", "Which letter? Please send its number, such as 2026-001234."
    ),
    "bad_number": Said(
        "这不像编号。编号是这样的：2026-001234。", "This is not a number. A number looks like 2026-001234."
    ),
    "ask_code": Said("请发12位查询码。", "Please send the query code of 12 digits."),
    "bad_code": Said(
        "查询码是12位数字，收到的是{n}位，请再看一下。", "A query code has 12 digits; this has {n}. Please look again."
    ),
    "ask_words_add": Said(
        "请写要补充的内容，也可以先发照片或文件。",
        "Please write what you would like to add; photos or files may come first.",
    ),
    "ask_words_answer": Said(
        "请写您的回答，也可以先发照片或文件。", "Please write your answer; photos or files may come first."
    ),
    "ask_score": Said(
        "您对答复满意吗？也可以回复数字（5最满意，1最不满意）或几颗星。",
        "Are you satisfied with the answer? You may also reply with a number (5 best, 1 worst) or stars.",
    ),
    "not_to_rate": Said(
        "来信{number}现在是“{word}”，不能评价。答复以后、办结以前可以评价。",
        "Letter {number} is “{word}” now and cannot be rated. A rating is open from the answer until the letter is closed.",
    ),
    "ask_solved": Said("问题解决了吗？", "Is the matter solved?"),
    "ask_told": Said("这件事办好了吗？1 办好了，2 办了一部分，3 没有办。", "Was it done? 1 yes, 2 partly, 3 no."),
    "ask_comment": Said("还有什么想说的？也可以跳过。", "Anything you would like to add? You may skip this."),
    "ask_reason": Said(
        "为什么希望重新办理？请写下哪里没有解决。", "Why should it be handled again? Please say what is not solved."
    ),
    "ask_sure": Said(
        "确定撤回编号 {number} 的信吗？撤回后不再办理。",
        "Do you want to withdraw letter {number}? It will not be handled then.",
    ),
    # --- outcomes
    "filed": Said(
        "已收到您的信。\n编号 {number}\n查询码 {code}\n{due}\n请保存好查询码，凭它随时看进度：{link}",
        "We have your letter.\nNumber {number}\nQuery code {code}\n{due}\nKeep the query code: it shows you how the "
        "letter stands at any time: {link}",
    ),
    "due": Said("最迟{day}答复您。", "You get an answer by {day} at the latest."),
    "due_provisional": Said(
        "暂定最迟{day}答复您：途中的放假安排还没有公布，日期有变会告诉您。",
        "You get an answer by {day}. This day is provisional: holidays on the way are not announced yet, and we tell you "
        "if it moves.",
    ),
    "no_due": Said("我们会尽快告诉您下一步。", "We tell you the next step soon."),
    "status": Said("编号 {number}：{word}\n{title}", "Number {number}: {word}\n{title}"),
    "status_unit": Said("由{unit}办理。", "With {unit}."),
    "question": Said("办理的人想问您：{question}", "The office asks you: {question}"),
    "reply": Said("答复：\n{reply}", "The answer:\n{reply}"),
    "reply_link": Said("答复请看：{link}", "Read the answer here: {link}"),
    "link": Said("详情：{link}", "Details: {link}"),
    "letters": Said("您的来信：", "Your letters:"),
    "no_letters": Said(
        "这个聊天里还没有交过信。用编号和查询码可以查别处交的信：查进度。",
        "No letter was sent from this chat yet. Letters sent elsewhere can be seen by number and query code: /status.",
    ),
    "done_add": Said(
        "已加到编号 {number} 的信里，办理的人会看到。", "Added to letter {number}; the office will see it."
    ),
    "done_answer": Said(
        "您的回答已加到编号 {number} 的信里，办理的人会看到。",
        "Your answer is with letter {number}; the office will see it.",
    ),
    "done_tell": Said("谢谢，已记下您的回答。", "Thank you, your answer is noted."),
    "done_tell_no": Said(
        "已记下：没有办好。督查单位会看，决定后把结果和理由告诉您。",
        "Noted: not done. The supervision office will look at it and tell you what it decides, and why.",
    ),
    "done_rate": Said("谢谢，您的评价已记下。", "Thank you, your rating is noted."),
    "done_rate_low": Said(
        "谢谢，您的评价已记下，监督部门会看到。如果没有解决，可以点“请求重办”。",
        "Thank you, your rating is noted and the supervision office will see it. If it is not solved, you may ask that it "
        "be handled again.",
    ),
    "done_reopen": Said(
        "已收到重办编号 {number} 的请求。监督部门看过后告诉您结果。",
        "Your request to handle {number} again is in. The supervision office looks at it and tells you.",
    ),
    "done_withdraw": Said("编号 {number} 的信已撤回。", "Letter {number} is withdrawn."),
    # --- names of steps, for summary and “where we are”
    "step_kind": Said("类别", "Kind"),
    "step_aim": Said("反映对象", "About"),
    "step_text": Said("内容", "Text"),
    "step_title": Said("标题", "Title"),
    "step_files": Said("材料", "Material"),
    "step_anonymous": Said("匿名", "Anonymous"),
    "step_name": Said("姓名", "Name"),
    "step_phone": Said("电话", "Phone"),
    "step_wish": Said("什么时候联系", "When to reach you"),
    "step_publish": Said("公开", "Publish"),
    "step_surname": Said("显示姓", "Show surname"),
    "step_summary": Said("核对", "Check"),
    # --- words on buttons and in lists
    "b_new": Said("写信", "Write a letter"),
    "b_status": Said("查进度", "Status"),
    "b_my": Said("我的来信", "My letters"),
    "b_help": Said("帮助", "Help"),
    "b_end": Said("结束对话", "End the talk"),
    "b_go": Said("接着写", "Go on"),
    "b_drop": Said("确定取消", "Yes, cancel"),
    "b_cancel": Said("取消", "Cancel"),
    "b_again": Said("再试一次", "Try again"),
    "b_confirm": Said("确认提交", "Send"),
    "b_edit": Said("修改{what}", "Change: {what}"),
    "b_keep": Said("保持不变", "Keep as it is"),
    "b_skip": Said("跳过", "Skip"),
    "b_done": Said("没有了", "No more"),
    "b_clear": Said("删去已发的材料", "Delete what I sent"),
    "b_answered_me": Said("已经解答了，不用写了", "This answers me, no need to send"),
    "b_see": Said("看看 {number}", "See {number}"),
    "b_add": Said("补充", "Add"),
    "b_answer": Said("回答", "Answer"),
    "b_rate": Said("评价", "Rate"),
    "b_tell": Said("说说办好了没有", "Say whether it was done"),
    "b_reopen": Said("请求重办", "Ask to handle again"),
    "b_withdraw": Said("撤回", "Withdraw"),
    "b_sure": Said("确定撤回", "Yes, withdraw"),
    "yes": Said("是", "Yes"),
    "no": Said("否", "No"),
    "publish_yes": Said("可以公开", "Yes, publish"),
    "publish_no": Said("不公开", "No, do not"),
    "surname_yes": Said("可以显示姓", "Yes, show it"),
    "surname_no": Said("不显示", "No, do not"),
    "anonymous_no": Said("留姓名电话", "Name and phone"),
    "anonymous_yes": Said("匿名", "Anonymous"),
    "aim_matter": Said("反映事情", "A matter"),
    "aim_service": Said("反映工作人员态度", "How staff behaved"),
    "aim_misconduct": Said("反映违纪违法", "Misconduct or corruption"),
    "score_5": Said("非常满意", "Very satisfied"),
    "score_4": Said("满意", "Satisfied"),
    "score_3": Said("基本满意", "Fairly satisfied"),
    "score_2": Said("不满意", "Dissatisfied"),
    "score_1": Said("非常不满意", "Very dissatisfied"),
    "told_yes": Said("办好了", "Done"),
    "told_partly": Said("办了一部分", "Partly done"),
    "told_no": Said("没有办", "Not done"),
    "solved_yes": Said("解决了", "Solved"),
    "solved_partly": Said("部分解决", "Partly solved"),
    "solved_no": Said("没解决", "Not solved"),
    "none": Said("没填", "left empty"),
    "files_none": Said("没有", "none"),
    "files_n": Said("{n}份", "{n} item(s)"),
    "letters_n": Said("（共{n}字）", "({n} characters in all)"),
}


def words(lang: str, key: str, **names: object) -> str:
    """One sentence in the citizen's language, its names filled in; KeyError for an unknown key."""
    return pick(TEXTS[key], lang).format(**names)


def pick(said: Said, lang: str) -> str:
    return said.en if lang == "en" else said.zh
