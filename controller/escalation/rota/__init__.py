"""Who has the duty at a level, and when: rotas and their versions, overrides of turns, gaps seen ahead.

Here live the schedule (TOML, kept word by word), the pure layout of turns, and the calendars people subscribe
to. This room tells nobody anything.
"""
