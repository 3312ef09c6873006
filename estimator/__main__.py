"""`python -m estimator`: see estimator.commands."""

import sys

from estimator.commands import main

if __name__ == "__main__":
    sys.exit(main())
