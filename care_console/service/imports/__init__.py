"""Loading a data set from the system that an operator leaves."""
