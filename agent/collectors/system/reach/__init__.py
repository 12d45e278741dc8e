"""How far this machine reaches: its gateway, a resolver of names, the internet. Small probes of our own."""
