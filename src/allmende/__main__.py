"""`python -m allmende`: the command line."""

from allmende.cli import main

main()
