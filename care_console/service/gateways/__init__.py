"""Where the service meets other companies' systems: one port per kind, one file per vendor, one twin."""
