"""Descriptions of what known systems export: a YAML file each, which `recipe: NAME` in shop.yaml takes over (docs/sources.md)."""
