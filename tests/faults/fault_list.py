"""The faults, in the order of the README's table."""

from tests.faults import fault_cases
from tests.faults.fault_cases import Case, altered, hasty, over
from tests.sources import layouts
from tests.support import site_faults as faults

CONNECTION = (
    Case("the name cannot be looked up", fault_cases.unresolved),
    Case("nobody listens at the address", fault_cases.refused),
    Case("reset before the answer", over(faults.reset())),
    Case("reset in the headers", over(faults.reset(after=20))),
    Case("reset in the body", over(faults.reset_in_body)),
    Case("closed in the body", over(faults.hang_up_in_body)),
    Case("no answer at all", hasty(faults.hang())),
    Case("an answer that stops half-way", hasty(faults.hang(after=3000))),
    Case("an answer a byte at a time", hasty(faults.drip(every=0.02))),
    Case("an endless answer", over(faults.endless)),
    Case("a bomb of gzip", over(faults.bomb())),
    Case("an encoding that nobody asked for", over(faults.encoded("br"))),
    Case("gzip within gzip", over(faults.stacked())),
    Case("certificate expired", fault_cases.expired),
    Case("certificate self-signed", fault_cases.self_signed),
    Case("certificate chain incomplete", fault_cases.incomplete),
    Case("certificate of another name", fault_cases.another_name),
    Case("no TLS where it should be", fault_cases.no_tls),
)
ANSWERS = (
    Case("status 403", over(faults.status(403))),
    Case("status 404", over(faults.status(404))),
    Case("status 429", over(faults.status(429, retry_after="3600"))),
    Case("status 500", over(faults.status(500))),
    Case("status 503", over(faults.status(503))),
    Case("status 204", over(faults.status(204, body=b""))),
    Case("status 304, unasked", over(faults.status(304, body=b""))),
    Case("redirect to another host", over(faults.redirect("https://www.example.com/"))),
    Case("redirect from https to http", fault_cases.to_plain_http),
    Case("redirect in circles", over(faults.redirect(""))),
)
OTHER_PAGES = (
    Case("maintenance, with status 200", over(faults.maintenance)),
    Case("a login, with status 200", over(faults.login)),
    Case("a request for consent", over(faults.page(layouts.CONSENT))),
    Case("access denied, with status 200", over(faults.page(layouts.BLOCKED))),
    Case("an error, with status 200", over(faults.page(layouts.ERROR))),
    Case("a page of mere script", over(faults.page(layouts.SCRIPT))),
    Case("an empty answer", over(faults.page(""))),
    Case("JSON in place of a page", over(faults.page('{"posts": []}'))),
)
PAGES = (
    Case("half a page", over(faults.half_page)),
    Case("cut within the list", altered(fault_cases.cut_in_the_list)),
    Case("an empty list", over(faults.empty_list)),
    Case("three entries of ten", over(fault_cases.three_entries)),
    Case("the same page for every number", over(faults.repeated)),
    Case("another board's list", over(fault_cases.another_board)),
    Case("the oldest first", over(fault_cases.oldest_first)),
    Case("an entry without a title", over(faults.without("title"))),
    Case("an entry without a date", over(faults.without("date"))),
    Case("an entry dated in 2205", altered(fault_cases.mistyped_year)),
    Case(
        "the same title everywhere", altered(fault_cases.inside('strong class="title"', "FTA News"))
    ),
    Case("the same date everywhere", altered(fault_cases.dated("2025-12-02"))),
    Case("a label before every title", altered(fault_cases.before_titles("Press Release: "))),
    Case("every date a day late", altered(fault_cases.a_day_late)),
    Case(
        "titles in Korean",
        altered(fault_cases.inside('strong class="title"', "한미 통상장관 회담")),
    ),
    Case("no texts any more", altered(fault_cases.inside('span class="cont"', ""))),
    Case(
        "texts that say “Read more”", altered(fault_cases.inside('span class="cont"', "Read more"))
    ),
    Case("no categories any more", altered(fault_cases.inside('span class="cate"', ""))),
    Case("categories never seen", altered(fault_cases.inside('span class="cate"', "Speeches"))),
    Case("letters garbled", altered(fault_cases.garbled)),
    Case("a wrong charset claimed", over(faults.charset("iso-8859-1")), is_fine=True),
)
LAYOUTS = (
    Case("classes renamed", over(faults.renamed_classes)),
    Case("the list's class renamed", altered(layouts.other_list)),
    Case("a table for a list", altered(layouts.as_table)),
    Case("titles in another tag", altered(layouts.other_tag)),
    Case("dates as 01.12.2025", altered(layouts.day_first)),
    Case("dates as 2025.12.01", altered(layouts.dotted), is_fine=True),
)
MACHINE = (
    Case("the disk is full", fault_cases.full_disk),
    Case("the database is locked", fault_cases.locked),
    Case("the database is damaged", fault_cases.damaged),
    Case("the database is no database", fault_cases.no_database),
    Case("the database is a newer monitor's", fault_cases.newer),
    Case("the database's folder is gone", fault_cases.no_folder),
    Case("article pages fail", fault_cases.articles_down, is_fine=True),
)
ALL = CONNECTION + ANSWERS + OTHER_PAGES + PAGES + LAYOUTS + MACHINE
