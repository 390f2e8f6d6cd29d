"""The roles' policies, derived from the calls that AWS gets; nobody writes one."""
