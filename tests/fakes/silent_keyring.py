"""A backend of the package keyring that never answers, as one whose prompt nobody sees."""

import threading

threading.Event().wait()
