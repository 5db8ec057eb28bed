"""hisops builds, watches, protects and proves the infrastructure of a hospital."""

__version__ = "0.1.0"
