"""The library: `Client`, `AsyncClient`, and where they get keys and tokens from."""
