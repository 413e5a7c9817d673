"""Answers as values of the caller's own types: `client.parse(..., into=Invoice)`."""
