"""The words that people read: written in Chinese where they are used, in English in `en.po`."""
