"""How the system's Chromium is started here (proving.md)."""

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
