// Opened in the next commit.
