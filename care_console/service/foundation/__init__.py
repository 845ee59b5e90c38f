"""What every room of the service stands on: database, transactions, jobs, problems, events."""
