"""How people reach the hub: one folder a channel, each with its own forms and texts."""
