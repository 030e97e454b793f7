"""E-mail: letters fetched from a mailbox, notices handed to a mail server, and guards against talking to machines."""
