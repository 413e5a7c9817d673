"""OpenAI's API as the fake plays it: chat completions, Responses, and the small endpoints."""
