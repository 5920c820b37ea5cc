"""How a check went, in words."""

from monitor.check import Report


def in_words(report: Report) -> str:
    """Return what a check that went well found."""
    result = report.result
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
