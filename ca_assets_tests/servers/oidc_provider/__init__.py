"""A real OpenID Connect provider for tests: npm's certified `oidc-provider`, with a forger behind it."""
