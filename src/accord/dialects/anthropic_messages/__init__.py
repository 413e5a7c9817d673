"""The anthropic_messages wire."""
