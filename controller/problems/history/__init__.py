"""A problem's own history: who did what to it, when. Never changed, never read by any clock."""
