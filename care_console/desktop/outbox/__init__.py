"""What a person did and the service has not answered yet: rows, and the worker that sends them."""
