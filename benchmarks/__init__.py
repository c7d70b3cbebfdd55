"""How fast and how good goldpan is, beside other tools: ``python -m benchmarks``, ``python -m benchmarks quality``."""
