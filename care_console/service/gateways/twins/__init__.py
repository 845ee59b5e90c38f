"""What the twins of outside parties share: how they listen, and how they hang up without an answer."""
