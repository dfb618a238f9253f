"""`python -m channels`: the WhatsApp channel's processes and commands."""

from channels.cli import main

main()
