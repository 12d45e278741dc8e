"""Pages for our own staff: the queue, an incident, the machines, the customers, one's own account."""
