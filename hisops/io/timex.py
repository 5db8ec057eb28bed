"""The kernel's clock by adjtimex(2), read only.

Called through `_ctypes`: the package `ctypes` over it would cost the agent 0.4 MB.
"""

import _ctypes
from _struct import Struct

from hisops.core.machine import Timex

# struct timex of sys/timex.h: modes, offset .. esterror, status, constant, precision, tolerance,
# two words of time, tick .. jitter, shift, stabil .. stbcnt, tai, and room for 11 more.
_FORM = Struct("@I4li8li5li44x")


class _Byte(_ctypes._SimpleCData):  # type: ignore[type-arg] # takes no argument when it runs
    _type_ = "B"


class _Block(_ctypes.Array[_Byte]):
    _type_ = _Byte
    _length_ = _FORM.size


def read() -> Timex | None:
    """State of the clock now; None where the call is not allowed, as in some containers."""
    block = _Block()  # modes = 0: nothing is changed
    state: int = _ctypes.call_function(_address(), (_ctypes.byref(block),))
    if state < 0:
        return None
    fields = _FORM.unpack_from(block)
    return Timex(state, *fields[1:7], *fields[11:])


def _address() -> int:
    return _ctypes.dlsym(_ctypes.dlopen("libc.so.6", 0), "adjtimex")
