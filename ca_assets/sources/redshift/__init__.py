"""Amazon Redshift as a source."""
