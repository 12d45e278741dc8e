"""The durable outbox."""
