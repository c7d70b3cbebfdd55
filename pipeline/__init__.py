"""goldpan: text in, evidence out. Importing the package loads no model and no large library."""

__version__ = "0.1.0"
