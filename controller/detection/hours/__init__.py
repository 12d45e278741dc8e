"""When a desktop or laptop is expected to be on: what a person stated, or what its own presence taught.

Keeps the diary of presence and reads it; judges nobody.
"""
