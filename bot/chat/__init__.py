"""Telegram: commands, menus, the sender, what each API error means."""
