"""Incidents that wait for a customer: how long, and what comes after."""
