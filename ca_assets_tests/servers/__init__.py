"""Real servers for tests: each module starts one on this machine, as a fixture and from the command line."""
