"""Starting, stopping and following runs from outside of Dagster."""
