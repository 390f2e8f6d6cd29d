"""For a reviewer: the comment on the pull request and the job summary."""
