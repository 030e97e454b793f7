"""What keeps the person out of sight: masking, the vault, query codes, and the cleaning of incoming words."""
