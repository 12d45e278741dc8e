"""The one door to gRPC, against a real server."""
