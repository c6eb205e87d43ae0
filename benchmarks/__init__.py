"""What Tocsin costs and how fast it is: each module here measures, and prints its figures beside their goals."""
