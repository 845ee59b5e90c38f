"""A stand-in for Kannel and the carriers behind it, for tests and for trying it out: texts go nowhere."""
