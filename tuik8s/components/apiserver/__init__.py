"""The API server: the one component that opens the store; everyone else asks it.

    http ------.                                       .--> handlers/, subresources/, reviews/
               +--> pipeline: authenticate, authorize -+      decoding, admission, strategies
    bus_door --'                                       '--> objects -> store (the log)
                                                              '--> watching, bus_door: events out

One pipeline serves both doors. Handlers know no kind: what is special about one is data and pure
functions in `api.kinds`. A request that must wait is a generator of `effects`; the pipeline stays
synchronous, so the same code runs on sockets and in simulated time. Families, each with `base.py`
and `registry.py`: authentication/, authorization/, admission/, handlers/, subresources/, reviews/,
conversions/. Only `http.py` and `live.py` know of asyncio.
"""

from tuik8s.components.apiserver.component import ApiServer, build
from tuik8s.components.apiserver.config import ApiServerConfig, Limits

__all__ = ["ApiServer", "ApiServerConfig", "Limits", "build"]
