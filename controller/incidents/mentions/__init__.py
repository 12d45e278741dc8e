"""Colleagues named in a note (`@ana`): each is told once, and finds the incident again.

Notes alone can name somebody. A customer sees neither the note nor the name.
"""
