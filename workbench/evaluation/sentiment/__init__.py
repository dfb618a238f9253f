"""How customers feel, as far as a list of words can tell; and what they say of the bot's replies."""
