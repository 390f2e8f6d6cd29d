"""What the foundation is made of: the state's place, the image's, the rights, and GitHub's repository."""
