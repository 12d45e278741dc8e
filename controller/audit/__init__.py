"""Who did what: append-only, each row chained to the one before it by its hash."""
