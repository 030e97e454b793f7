"""What can be set, and the starter editions."""
