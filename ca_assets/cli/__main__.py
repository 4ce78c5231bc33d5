"""`python -m ca_assets.cli`: the same as the console script `ca`."""

from ca_assets.cli.main import main

main()
