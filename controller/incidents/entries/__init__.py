"""Where the entries of timelines lie: only ever appended to."""
