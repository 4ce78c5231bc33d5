"""Alert rules and the ledger of what was sent by them, in the settings database."""
