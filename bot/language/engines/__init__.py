"""One small module for each translation engine, all with the face of ``language.face.Engine``."""
