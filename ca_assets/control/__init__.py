"""Starting, stopping and following runs from outside Dagster: by the GraphQL of its web server, so that nothing here loads Dagster."""
