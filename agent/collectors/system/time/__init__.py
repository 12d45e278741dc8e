"""The machine's clock: who keeps it, whether it is kept, and how far it is off."""
