"""Wire formats: one folder each, pure, both ways. Dialects don't know each other and know no provider."""
