"""Pages that the program itself serves: how it stands, for the operator."""
