"""Text messages: a gateway that is reached by a signed webhook, for citizens who left only a phone number."""
