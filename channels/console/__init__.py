"""The console: what operators do with the hub by its command line."""
