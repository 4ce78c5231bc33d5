"""One module per command of `ca`; its function `command` is the click command, and the module's name is the command's."""
