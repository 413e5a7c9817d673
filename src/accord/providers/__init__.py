"""Who, where, and quirks: one small file for each provider. `Provider` is the closed union of the twelve."""
