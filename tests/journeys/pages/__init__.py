"""Chromium on the pages that recipients meet."""
