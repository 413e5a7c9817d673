"""The gemini wire."""
