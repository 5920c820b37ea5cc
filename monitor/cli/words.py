"""How a check went, in words."""

from monitor.check import Report
from monitor.model.reported import CheckResult
from monitor.text.counting import counted


def in_words(report: Report) -> str:
    """Return what a check that went well found, and what it has left to the next one."""
    found = _found(report.result)
    if report.gap_page is None:
        return found
    more = f"from page {report.gap_page} on there is more that is not known yet"
    return f"{found}; {more}: the next check goes on there"


def _found(result: CheckResult) -> str:
    entries = counted(result.entries, "entry", "entries")
    if result.baseline:
        pages = counted(result.pages, "page")
        return f"first check: {entries} on {pages} are the baseline, of which nothing is sent"
    changes = {
        "new": result.new,
        "revised": result.revised,
        "withdrawn": result.withdrawn,
        "restored": result.restored,
    }
    told = ", ".join(f"{count} {what}" for what, count in changes.items() if count)
    if result.status == "not-modified" and not told:
        return "nothing changed"
    return f"{entries}, {told or 'nothing new'}"
