"""Recipients: finding them, and the story of each."""
