"""What the gate compares between an original and its translation, one small module for each kind of fact."""
