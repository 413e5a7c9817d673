"""Models, prices and capabilities: data with source and date, and its loader. Pure."""
