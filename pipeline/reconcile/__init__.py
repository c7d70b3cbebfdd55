"""Gold and runs: alignment, scoring, agreement, differences, exchange with other tools."""
