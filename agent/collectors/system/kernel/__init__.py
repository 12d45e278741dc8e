"""The kernel's own log: where it is read from, which lines mean something, and how often they came."""
