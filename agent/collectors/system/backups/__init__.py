"""Backups: did the last one end well, when, and how large was it? By the files that it leaves."""
