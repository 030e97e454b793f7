"""Webhooks: signed JSON in and out, the seam for messengers and gateways that the hub itself does not know."""
