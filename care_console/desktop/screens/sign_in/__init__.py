"""Signing in."""

from care_console.desktop.screens.sign_in.screen import SignInScreen

__all__ = ["SignInScreen"]
