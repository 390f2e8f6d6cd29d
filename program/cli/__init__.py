"""The commands: options, exit codes, stdout and stderr. Nothing imports them."""
