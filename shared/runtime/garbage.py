"""Python's garbage collector, kept from what has no garbage."""

import gc

GARBAGE_THRESHOLDS = (50_000, 20, 100)
"""Some thousands of live objects make up a batch; at Python's 700 the collector looks at them again and again, which
costs a third of the time. What a batch leaves behind has no cycles: reference counts free it.
"""


def leave_batches_alone() -> None:
    """Keep the garbage collector from batches. To be called once all modules are loaded: what lives then is never
    looked at again.
    """
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
