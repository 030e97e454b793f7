"""What a citizen reads about each state of a letter: what happens now, in plain words."""

from hub.errors import Said

EXPLAINED: dict[str, Said] = {
    "submitted": Said("来信已收到，正在看应由哪个单位办理。", "We have your letter and are finding the right unit."),
    "need_fix": Said("请您补充一些情况，我们好接着办。", "Please tell us a little more so that we can go on."),
    "accepted": Said("来信已受理，正在转给负责的单位。", "Your letter is accepted and on its way to the unit."),
    "redo": Said("答复正在核实完善。", "The answer is being checked and completed."),
    "reopened": Said("来信正在重新办理。", "Your letter is being handled again."),
    "answered": Said("已经答复您。您觉得怎么样？", "We have answered. How do you find it?"),
    "closed": Said("来信已办结。", "Your letter is closed."),
    "rejected": Said("这件事我们不能受理，下面写了可以找哪里。", "We cannot take this up; below is where to go."),
    "transferred": Said("来信已转给有权办理的机关。", "Your letter went to the authority that decides."),
    "withdrawn": Said("您撤回了来信。", "You withdrew your letter."),
    "stopped": Said("来信依法终止办理，下面写了理由。", "Handling was ended by law; the reason is below."),
    "lapsed": Said(
        "没有等到您的补充。90天内补充，来信会接着办。", "Not hearing from you, we stopped. Add to it within 90 days."
    ),
}
