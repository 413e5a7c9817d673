"""The openai_responses wire."""
