"""Front-matter records: reading, checking, rewriting in place, and creating them."""
