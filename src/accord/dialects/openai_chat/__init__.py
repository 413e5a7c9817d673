"""The openai_chat wire."""
