"""What was learnt, written so that it is found: articles, their versions and reviews, and the search.

An article takes its words as given; whom a problem's solution is sent to is `broadcasts`' business. Nothing
here is shown to a customer before a second person has read it.
"""
