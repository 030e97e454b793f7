"""The office's pages: a quiet workbench that is whole without JavaScript and quick with the keyboard."""
