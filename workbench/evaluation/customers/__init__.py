"""Simulated customers: they write to a bot until their goal is reached or their patience ends."""
