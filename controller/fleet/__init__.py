"""The fleet: customers, sites, machines, who they are, what they report, when they were last heard.

Whatever an agent says is a signal: tenant, site, name and severity are decided here and further up.
Nothing here opens an incident or knows what one is.
"""
