"""OpenAI's endpoints that are no conversation."""
