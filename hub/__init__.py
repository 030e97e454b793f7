"""The domain of the hub, free of web and bot."""
