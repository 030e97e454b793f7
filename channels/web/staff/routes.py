"""The office's part of the table of routes: address, handler, and who may come in."""

from channels.web.keys import Route
from channels.web.staff import absence, admin, board, case, dispatch, inbox, login, moves, publication, reviews
from channels.web.staff.counter import adding, filing, slip
from channels.web.staff.frame import BOARD, COUNTER, DISPATCH, PUBLICATION, REVIEWS

ROUTES: tuple[Route, ...] = (
    Route("GET", "/staff/login", login.ask, "public"),
    Route("POST", "/staff/login", login.enter, "public"),
    Route("POST", "/staff/logout", login.leave, "officer"),
    Route("GET", "/staff", inbox.show_inbox, "officer"),
    Route("GET", "/staff/inbox", inbox.show_inbox, "officer"),
    Route("GET", "/staff/cases/{number}", case.show_case, "officer"),
    Route("POST", "/staff/cases/{number}/moves/{move}", moves.make, "officer"),
    Route("POST", "/staff/cases/{number}/contact", case.show_contact, "officer"),
    Route("POST", "/staff/cases/{number}/notices", case.send_again, "officer"),
    Route("GET", "/staff/cases/{number}/files/{n}", case.show_file, "officer"),
    Route("GET", "/staff/letters/new", filing.start, COUNTER),
    Route("POST", "/staff/letters/new", filing.go_on, COUNTER, upload=True),
    Route("GET", "/staff/letters/receipt", slip.show_slip, COUNTER),
    Route("GET", "/staff/letters/add", adding.ask, COUNTER),
    Route("POST", "/staff/letters/add", adding.go_on, COUNTER, upload=True),
    Route("GET", "/staff/dispatch", dispatch.show_dispatch, DISPATCH),
    Route("POST", "/staff/dispatch/{number}", dispatch.send, DISPATCH),
    Route("POST", "/staff/dispatch/{number}/{move}", dispatch.decide, DISPATCH),
    Route("GET", "/staff/reviews", reviews.show_queue, REVIEWS),
    Route("GET", "/staff/reviews/{number}", reviews.show_review, REVIEWS),
    Route("POST", "/staff/reviews/{number}/{move}", reviews.give_verdict, REVIEWS),
    Route("GET", "/staff/publication", publication.show_queue, PUBLICATION),
    Route("GET", "/staff/publication/{number}", publication.show_page, PUBLICATION),
    Route("POST", "/staff/publication/{number}", publication.act, PUBLICATION),
    Route("POST", "/staff/publication/{number}/{move}", publication.decide, PUBLICATION),
    Route("GET", "/staff/board", board.show_board, BOARD),
    Route("GET", "/staff/absence", absence.show_absence, "officer"),
    Route("POST", "/staff/absence", absence.enter, "officer"),
    Route("POST", "/staff/absence/end", absence.end, "officer"),
    Route("GET", "/staff/admin", admin.show_admin, ("admin",)),
    Route("POST", "/staff/admin/officers", admin.add, ("admin",)),
    Route("POST", "/staff/admin/officers/{officer}", admin.change, ("admin",)),
)
