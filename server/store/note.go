package store

import (
	"crypto/hmac"
	"crypto/sha256"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
)

// saltSize is the length of a note's salt in bytes.
const saltSize = 16

// Commit is the commitment that an event holds instead of free words: HMAC-SHA-256 of the text under the salt. It
// tells nothing without the salt, so erasing the note erases the words, and nobody can put other words in their place.
func Commit(salt []byte, text string) []byte {
	h := hmac.New(sha256.New, salt)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// PutNote stores the free words of an owner's event and returns the commitment for the event; for an empty text it
// stores nothing and returns nil.
func PutNote(tx *Tx, owner string, sequence uint64, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	n := &storev1.Note{Owner: owner, Sequence: sequence, Salt: tx.Random(saltSize), Text: text}
	return Commit(n.GetSalt(), text), Notes.Insert(tx, n)
}
