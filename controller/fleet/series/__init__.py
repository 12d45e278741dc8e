"""Health as numbers over time: packed snapshots, and series for charts. Never one row per metric."""
