"""The store: the only SQL of the service.

`financing_case` holds the aggregate. `need`, `consent` and `referral` are what the API reads of it: the same
transaction writes them, and no paper of a consent is in them.
"""
