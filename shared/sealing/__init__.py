"""Personal data as it is kept: sealed with keys that belong to one person, and unreadable once these are destroyed.

What is sealed stands in tables, the journal, backups and the store's own files; its keys stand in `data_key`, wrapped
by a key encryption key that no store has.
"""
