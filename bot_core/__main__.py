"""`python -m bot_core`: the bot in the terminal."""

from bot_core.cli import main

main()
