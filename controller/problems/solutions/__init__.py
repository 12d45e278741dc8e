"""What takes a problem away, in the words that customers read: each language in versions, each approved."""
