"""Rules about what runs on the machine for others: units, protection, and who tries to get in."""
