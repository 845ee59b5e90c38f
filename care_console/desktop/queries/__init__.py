"""What a screen shows, read from the service together with what is still pending here."""
