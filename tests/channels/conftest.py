"""Fixtures of the channels: a real site on a free port, on both engines."""

from tests.channels.web_site import officers_password as officers_password
from tests.channels.web_site import site as site
