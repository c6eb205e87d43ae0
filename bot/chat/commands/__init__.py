"""One family of commands a file: each takes a scene, does its work through the desk, and answers."""
