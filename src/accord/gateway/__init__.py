"""The server: transport-neutral handlers, and the servers they run on."""
