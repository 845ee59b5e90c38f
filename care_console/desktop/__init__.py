"""The desk of care: a Qt program that meets the service only through the contract."""
