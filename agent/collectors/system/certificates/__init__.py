"""Certificates: those that servers on this machine are configured with, and those that its ports show."""
