"""Delivery of pending messages: claim a message, send it, record the outcome."""
