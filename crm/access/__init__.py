"""Records and who may see and do what with them: the one predicate every surface starts from."""
