"""Anthropic's API as the fake plays it: Messages, counting tokens, and the list of models."""
