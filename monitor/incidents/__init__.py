"""Incidents: what the operator is alerted of, and the heartbeat."""
