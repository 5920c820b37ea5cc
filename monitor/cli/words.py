"""How a check went, in words."""

from monitor.check import Report
from monitor.model.reported import CheckResult


def in_words(report: Report) -> str:
    """Return what a check that went well found, and what it has left to the next one."""
    found = _found(report.result)
    if report.gap_page is None:
        return found
    more = f"from page {report.gap_page} on there is more that is not known yet"
    return f"{found}; {more}: the next check goes on there"


def _found(result: CheckResult) -> str:
    entries = f"{result.entries} entries"
    if result.baseline:
        pages = "1 page" if result.pages == 1 else f"{result.pages} pages"
        return f"first check: {entries} on {pages} are the baseline, of which nothing is sent"
    counted = {
        "new": result.new,
        "revised": result.revised,
        "withdrawn": result.withdrawn,
        "restored": result.restored,
    }
    told = ", ".join(f"{count} {what}" for what, count in counted.items() if count)
    if result.status == "not-modified" and not told:
        return "nothing changed"
    return f"{entries}, {told or 'nothing new'}"
