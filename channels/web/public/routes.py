"""The citizen's part of the table of routes."""

from channels.web.keys import Route
from channels.web.public import bulletins, feeds, files, portal, receipt, results, seals, statistics, track, write

ROUTES: tuple[Route, ...] = (
    Route("GET", "/", portal.show, "public"),
    Route("GET", "/robots.txt", portal.robots, "public"),
    Route("GET", "/letters/new", write.start, "public"),
    Route("POST", "/letters/new", write.go_on, "public", upload=True),
    Route("GET", "/letters/receipt", receipt.show, "public"),
    Route("GET", "/letters/track", track.ask, "public"),
    Route("POST", "/letters/track", track.open_own, "public"),
    Route("POST", "/letters/leave", track.leave, "public"),
    Route("GET", "/letters/mine", track.show, "citizen"),
    Route("GET", "/letters/mine/withdraw", track.ask_withdraw, "citizen"),
    Route("POST", "/letters/mine/{deed}", track.do, "citizen", upload=True),
    Route("GET", "/letters/files/{n}", files.download, "citizen"),
    Route("GET", "/letters/sent/{link}", files.sent, "public"),
    Route("GET", "/results", results.show_list, "public"),
    Route("GET", "/results/{number}", results.show_one, "public"),
    Route("GET", "/results/{number}/files/{n}", files.public, "public"),
    Route("GET", "/feeds/results.atom", feeds.atom, "public"),
    Route("GET", "/feeds/bulletins.atom", bulletins.atom, "public"),
    Route("GET", "/bulletins", bulletins.show_list, "public"),
    Route("GET", "/bulletins/{kind}/{period}", bulletins.show_one, "public"),
    Route("GET", "/bulletins/{kind}/{period}/{version}/{form}", bulletins.download, "public"),
    Route("GET", "/statistics", statistics.show, "public"),
    Route("GET", "/statistics.json", statistics.as_json, "public"),
    Route("GET", "/statistics.csv", statistics.as_csv, "public"),
    Route("GET", "/seals", seals.show, "public"),
    Route("GET", "/seals.json", seals.as_json, "public"),
)
