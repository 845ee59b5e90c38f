"""Long fault campaigns: seeded, bounded, each with a short form among the tests."""
