"""The command line: one thin module per command, and the console that they share."""
