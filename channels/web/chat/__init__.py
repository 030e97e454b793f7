"""Web chat: the dialogue on the site, live over server-sent events, as a plain page where there is no JavaScript."""
