"""A second opinion: catalogue and payments read and computed without the bot's own search and arithmetic."""
