"""The one window: frame, key map, theme, notices, commands."""
