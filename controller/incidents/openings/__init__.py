"""What was opened when: the history as whoever counts or replays it reads it."""
