"""A tidy frame in, a picture out: a module a page. They draw; they do not compute."""
