"""Language: spaCy components that find drugs, doses, sample sizes, scales, outcomes and results."""
