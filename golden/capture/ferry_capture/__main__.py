"""python -m ferry_capture"""

import sys

from ferry_capture.cli import main

sys.exit(main())
