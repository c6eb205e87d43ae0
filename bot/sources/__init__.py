"""One module for each platform, all with the same face (``face.Source``)."""
