"""`python -m tuik8s.components.apiserver`: see `live.py`."""

from tuik8s.components.apiserver.live import main

main()
