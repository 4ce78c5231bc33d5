"""The hand-made cases, by the part of the contract that they are about; `catalogue` has them all."""
