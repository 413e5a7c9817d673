"""What is true of every provider: conversations, events, usage, errors, and the HTTP and SSE values codecs work on. Pure."""
