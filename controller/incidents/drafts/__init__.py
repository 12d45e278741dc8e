"""What somebody is still writing: kept for them until it is sent, and told to colleagues as a fact.

Nothing here is part of an incident's story. No customer ever sees it, and no colleague reads its words.
"""
