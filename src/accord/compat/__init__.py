"""The habits of others: the interfaces of other libraries, over every provider. One package each; nothing is loaded here."""
