"""One module per group of commands; heavy imports wait until a command runs."""
