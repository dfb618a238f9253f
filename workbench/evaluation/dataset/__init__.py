"""Evaluation cases: what a customer says and what must be true of the bot's answer."""
