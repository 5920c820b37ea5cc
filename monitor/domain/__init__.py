"""The rules, without I/O: what changed, who is alerted, which digest, and when."""
