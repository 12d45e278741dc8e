"""The two languages: catalogues, formats, what each rule means, the texts of notices.

English is the msgid; Spanish stands in `locale/es/LC_MESSAGES/*.po` (one file per subject, all of them are
read). Nothing here knows a room: facts come in as plain values.
"""
