"""The agent: runs on a customer's machine, reads its health, keeps what it saw, and says so.

It never imports the controller or the lab; the street between them is `protos`.
"""

# Also in pyproject.toml; importlib.metadata would cost the resident agent a mail parser.
VERSION = "0.1.0"
