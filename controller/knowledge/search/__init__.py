"""How articles are found: words become stems here, and stems lie in an index of each database's own kind.

Neither SQLite nor PostgreSQL gets Spanish endings and typed accents right alone (house.md, Materials), so
both are given finished stems and asked for finished stems: the answer is the same from either.
"""
