"""`make run`: from a fresh clone to a running site with demo content, in one command.

    python3 tools/run.py              prepare what is missing, then serve until Ctrl-C
    python3 tools/run.py packages     only the virtual environment (--dev: with the developers' packages)
    python3 tools/run.py messages     that, and the compiled translations
    python3 tools/run.py database     that, and the migrated database
    python3 tools/run.py seed         that, and the seed content, planted again
    python3 tools/run.py prepare      everything but serving

Environment: PORT (8000), HOST (127.0.0.1), ENLACE_VAR (./var), DATABASE_URL (a SQLite file in ENLACE_VAR),
ENLACE_INSTALLER=pip (leave uv aside).
"""

import sys

from gate import require_python

if __name__ == "__main__":
    require_python()
    from start import main  # only now: it needs Python 3.11 even to be read

    sys.exit(main(__doc__))
