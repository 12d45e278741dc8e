"""Customers' own people: who they are, how they sign in to the portal, their sessions there.

They have no password and no role. A contact belongs to one customer and can never become a member of staff.
"""
