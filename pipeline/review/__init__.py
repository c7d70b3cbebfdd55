"""The curator's page: one difference at a time, settled with one key, kept at once, never lost."""
