"""The check of one source, from page to pending alert; backfill, import and replay."""
