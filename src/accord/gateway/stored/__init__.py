"""Answers of the Responses API that are kept: retrieved, continued and deleted by ids of the gateway's own."""
