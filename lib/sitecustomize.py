"""Python runs this at every start in an environment where the project is installed from its folder.

Jupyter's schema checker imports ``rfc3987_syntax``, which builds a grammar for two seconds, to
check addresses that nobody here has. ``make`` leaves the package out; pip and conda cannot, so it
is never imported.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)
