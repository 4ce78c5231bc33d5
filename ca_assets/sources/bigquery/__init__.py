"""Google BigQuery as a source."""
