"""Evidence: mentions → studies → concordance between documents."""
