package store

import (
	"crypto/sha256"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
)

// Meta is what the store knows about itself: versions, a migration under way, positions of the feed's consumers.
var Meta = NewTable(TableConfig[*storev1.Meta]{
	Name: "meta", Prefix: prefixMeta, Parts: "name",
	Key: func(m *storev1.Meta) []any { return []any{m.GetName()} },
})

// ServingIntervals are the stretches of time in which the server was serving, in their order.
var ServingIntervals = NewTable(TableConfig[*storev1.ServingInterval]{
	Name: "serving interval", Prefix: prefixServingInterval, Parts: "start",
	Key: func(m *storev1.ServingInterval) []any { return []any{m.GetStart()} },
})

// Tokens are the bearer tokens, by the SHA-256 of the token. Use Find on this key: a NOT_FOUND would show the hash.
var Tokens = NewTable(TableConfig[*storev1.StoredToken]{
	Name: "token", Prefix: prefixToken, Parts: "hash",
	Key:     func(m *storev1.StoredToken) []any { return []any{m.GetHash()} },
	Indexes: []*Index[*storev1.StoredToken]{TokensByName, TokensByPerson, TokensByScope},
})

// TokensByName finds the one token of a resource name.
var TokensByName = &Index[*storev1.StoredToken]{
	Name: "name", Prefix: prefixTokenByName, Parts: "name", Unique: true,
	Keys: func(m *storev1.StoredToken) [][]any { return [][]any{{m.GetToken().GetName()}} },
}

// TokensByPerson finds the tokens that belong to a volunteer.
var TokensByPerson = &Index[*storev1.StoredToken]{
	Name: "person", Prefix: prefixTokenByPerson, Parts: "person",
	Keys: func(m *storev1.StoredToken) [][]any { return given(m.GetToken().GetPerson()) },
}

// TokensByScope finds the tokens that have a grant within a resource.
var TokensByScope = &Index[*storev1.StoredToken]{
	Name: "scope", Prefix: prefixTokenByScope, Parts: "scope",
	Keys: func(m *storev1.StoredToken) [][]any {
		scopes := make([]string, 0, len(m.GetToken().GetGrants()))
		for _, g := range m.GetToken().GetGrants() {
			scopes = append(scopes, g.GetScope())
		}
		return given(scopes...)
	},
}

// Requests are the calls that succeeded, for their repeats: FindRequest looks one up, PurgeRequests forgets old ones.
var Requests = NewTable(TableConfig[*storev1.Request]{
	Name: "request", Prefix: prefixRequest, Parts: "day caller id",
	Key: func(m *storev1.Request) []any { return []any{m.GetDay(), m.GetCaller(), m.GetId()} },
})

// DueEntries are what falls due, in the order of time: Range{Until: []any{now.Add(1)}} is what is due now.
var DueEntries = NewTable(TableConfig[*storev1.DueEntry]{
	Name: "due entry", Prefix: prefixDueEntry, Parts: "time kind object", Feed: true,
	Key: func(m *storev1.DueEntry) []any { return []any{m.GetTime(), uint64(m.GetKind()), m.GetObject()} },
})

// FileNames say what names in imported files stand for: FileNames.Find(tx, FileNameKey(namespace, name)...).
var FileNames = NewTable(TableConfig[*storev1.FileName]{
	Name: "file name", Prefix: prefixFileName, Parts: "namespace name-hash",
	Key: func(m *storev1.FileName) []any { return FileNameKey(m.GetNamespace(), m.GetName()) },
})

// FileNameKey is the key of a file's name: the name stands in it as the first half of its SHA-256.
func FileNameKey(namespace, name string) []any {
	h := sha256.Sum256([]byte(name))
	return []any{namespace, h[:16]}
}

// Notes are free words beside events; PutNote stores one.
var Notes = NewTable(TableConfig[*storev1.Note]{
	Name: "note", Prefix: prefixNote, Parts: "owner sequence",
	Key: func(m *storev1.Note) []any { return []any{m.GetOwner(), m.GetSequence()} },
})

// AdminEvents are what was done to lists, shifts, organisations, people and tokens, a chain for each object.
var AdminEvents = NewChain[*storev1.AdminEvent](ChainConfig{
	Name: "admin event", Prefix: prefixAdminEvent, KeepHash: true,
})

// given makes an index entry of each value that is not empty.
func given(values ...string) [][]any {
	keys := make([][]any, 0, len(values))
	for _, v := range values {
		if v != "" {
			keys = append(keys, []any{v})
		}
	}
	return keys
}
