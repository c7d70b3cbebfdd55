"""When, where, again: Prefect flows over pipeline/. They hold no extraction logic."""
