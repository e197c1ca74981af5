"""Files that people give as evidence or certificates: what they may be, where they are kept, and how they go.

The content is in an object store, sealed; its record, with the key and the digest, in the stage's own store.
"""
