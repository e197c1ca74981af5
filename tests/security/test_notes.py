"""Signed notes: the example of golang.org/x/mod/sumdb/note, and whatever is no signature of the key."""

import pytest

from shared.security.notes import Checkpoint, NoteError, Signer, opened

SIGNER = Signer.of("registration.audit.v1", "07" * 32)
OTHER = Signer.of("registration.audit.v1", "08" * 32)
CHECKPOINT = Checkpoint("registration.audit.v1", 5, bytes(range(32)))


def test_what_was_signed_is_opened() -> None:
    note = SIGNER.sign(CHECKPOINT)
    assert note.startswith(
        "registration.audit.v1\n5\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— registration.audit.v1 "
    )
    assert opened(note, SIGNER.public) == CHECKPOINT


def test_a_note_may_have_more_signatures_and_more_lines() -> None:
    text, _, signature = SIGNER.sign(CHECKPOINT).rpartition("\n\n")
    assert opened(f"{text}\n\n— witness AAAA\n{signature}", SIGNER.public) == CHECKPOINT
    assert opened(f"{text}\n\n{signature}— witness AAAA\n", SIGNER.public) == CHECKPOINT


NOTE = SIGNER.sign(CHECKPOINT)


@pytest.mark.parametrize(
    "note",
    [
        OTHER.sign(CHECKPOINT),
        NOTE.replace("\n5\n", "\n6\n"),
        NOTE.replace("AAEC", "AAED"),
        NOTE.replace("\n\n", "\n"),
        NOTE.partition("\n\n")[0],
        NOTE.replace("— registration", "— matching"),
        NOTE[:-9] + "=\n",
        "",
    ],
)
def test_anything_else_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        opened(note, SIGNER.public)


# The key and its id of the examples in https://pkg.go.dev/golang.org/x/mod/sumdb/note
GO_NOTE = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_the_signature_is_go_s_and_what_it_signs_is_no_checkpoint() -> None:
    with pytest.raises(NoteError, match="not a checkpoint"):
        opened(GO_NOTE, GO_KEY)
    with pytest.raises(NoteError, match="no signature"):
        opened(GO_NOTE.replace("answer", "question"), GO_KEY)


@pytest.mark.parametrize("public", ["", "a+b", "PeterNeumann+c74f20a4+" + GO_KEY.rpartition("+")[2], GO_KEY + "!"])
def test_a_key_that_is_none_is_refused(public: str) -> None:
    with pytest.raises(NoteError, match="not a public key"):
        opened(GO_NOTE, public)
