"""Replies that people look at one by one, what they say of them, and how well they agree."""
