"""The pages: what people see and press in a browser, and the HTTP API beside them.

Doors hold no rule: a page may run several queries, a write calls one action. `console/` is for our own staff,
`api/` for programs, `templates/` and `assets/` are what they look like. Nothing from outside reaches a page
unescaped, and no script or style stands inside one.
"""
