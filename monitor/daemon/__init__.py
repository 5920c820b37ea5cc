"""The daemon: checks on schedule, sends what is due, and stops within ten seconds."""
